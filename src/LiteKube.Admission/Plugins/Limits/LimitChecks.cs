using System.Globalization;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Quotas;

namespace LiteKube.Admission.Plugins.Limits;

/// <summary>Every way in which an object goes beyond a LimitRange.</summary>
internal static class LimitChecks
{
    public static IEnumerable<string> OfPod(JsonObject? spec, LimitRange range)
    {
        foreach (var item in range.Spec.Limits)
        {
            if (item.Type == "Container")
            {
                foreach (var container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
                {
                    var resources = container.Child("resources");
                    foreach (var problem in Check(item, PodAmounts.Read(resources.Child("requests")), PodAmounts.Read(resources.Child("limits"))))
                        yield return problem;
                }
            }
            else if (item.Type == "Pod")
            {
                foreach (var problem in Check(item, PodAmounts.OfPod(spec, "requests"), PodAmounts.OfPod(spec, "limits")))
                    yield return problem;
            }
        }
    }

    /// <summary>Claims have requests only.</summary>
    public static IEnumerable<string> OfClaim(JsonObject? spec, LimitRange range)
    {
        var requests = PodAmounts.Read(spec.Child("resources").Child("requests"));
        foreach (var item in range.Spec.Limits.Where(l => l.Type == "PersistentVolumeClaim"))
        {
            foreach (var (name, least) in item.Min)
            {
                if (!requests.TryGetValue(name, out var request))
                    yield return $"minimum {name} usage per {item.Type} is {least}. No request is specified";
                else if (request < least)
                    yield return $"minimum {name} usage per {item.Type} is {least}, but request is {request}";
            }

            foreach (var (name, most) in item.Max)
            {
                if (!requests.TryGetValue(name, out var request))
                    yield return $"maximum {name} usage per {item.Type} is {most}. No request is specified";
                else if (request > most)
                    yield return $"maximum {name} usage per {item.Type} is {most}, but request is {request}";
            }
        }
    }

    private static IEnumerable<string> Check(LimitRangeItem item, Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits) =>
        Least(item, requests, limits).Concat(Most(item, requests, limits)).Concat(Ratio(item, requests, limits));

    private static IEnumerable<string> Least(LimitRangeItem item, Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits)
    {
        foreach (var (name, least) in item.Min)
        {
            if (!requests.TryGetValue(name, out var request))
                yield return $"minimum {name} usage per {item.Type} is {least}. No request is specified";
            else if (request < least)
                yield return $"minimum {name} usage per {item.Type} is {least}, but request is {request}";
            else if (limits.TryGetValue(name, out var limit) && limit < least)
                yield return $"minimum {name} usage per {item.Type} is {least}, but limit is {limit}";
        }
    }

    private static IEnumerable<string> Most(LimitRangeItem item, Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits)
    {
        foreach (var (name, most) in item.Max)
        {
            if (!limits.TryGetValue(name, out var limit))
                yield return $"maximum {name} usage per {item.Type} is {most}. No limit is specified";
            else if (limit > most)
                yield return $"maximum {name} usage per {item.Type} is {most}, but limit is {limit}";
            else if (requests.TryGetValue(name, out var request) && request > most)
                yield return $"maximum {name} usage per {item.Type} is {most}, but request is {request}";
        }
    }

    private static IEnumerable<string> Ratio(LimitRangeItem item, Dictionary<string, Quantity> requests, Dictionary<string, Quantity> limits)
    {
        foreach (var (name, most) in item.MaxLimitRequestRatio)
        {
            if (!requests.TryGetValue(name, out var request) || request.IsZero)
            {
                yield return $"{name} max limit to request ratio per {item.Type} is {most}, but no request is specified or request is 0";
                continue;
            }

            if (!limits.TryGetValue(name, out var limit) || limit.IsZero)
            {
                yield return $"{name} max limit to request ratio per {item.Type} is {most}, but no limit is specified or limit is 0";
                continue;
            }

            var ratio = (double)limit.MilliValue / request.MilliValue;
            if (ratio > most.MilliValue / 1000.0)
                yield return $"{name} max limit to request ratio per {item.Type} is {most}, but provided ratio is {ratio.ToString("F6", CultureInfo.InvariantCulture)}";
        }
    }
}
