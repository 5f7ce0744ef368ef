using LiteKube.Api.Codecs;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Selectors;
using LiteKube.Client;

namespace LiteKube.Controllers.EndpointSlices;

/// <summary>Wakes the Services that a change of a pod may concern.</summary>
internal static class ServiceWatcher
{
    /// <summary>Calls <paramref name="wake"/> with the key of each Service that selects the pod, or did, when something changed that shows in its endpoints.</summary>
    public static void PodChanged(Informer<Service> services, Pod? old, Pod? current, Action<string> wake)
    {
        if (old is not null && current is not null && !Shows(old, current))
            return;
        var pod = (current ?? old)!;
        foreach (var service in services.ListIn(pod.Metadata.Namespace!))
        {
            if (!service.SelectsPods())
                continue;
            var selector = LabelMatcher.Of(service.Spec.Selector);
            if ((old is not null && selector.Matches(old.Metadata.Labels)) || (current is not null && selector.Matches(current.Metadata.Labels)))
                wake(service.Metadata.KeyOf().ToString());
        }
    }

    private static bool Shows(Pod old, Pod current) =>
        old.Status.PodIP != current.Status.PodIP
        || !old.Status.PodIPs.SequenceEqual(current.Status.PodIPs)
        || old.Spec.NodeName != current.Spec.NodeName
        || old.Status.Phase != current.Status.Phase
        || old.Metadata.DeletionTimestamp is null != current.Metadata.DeletionTimestamp is null
        || Owned.PodState.IsReady(old) != Owned.PodState.IsReady(current)
        || !ServiceEndpoints.SameLabels(old.Metadata.Labels, current.Metadata.Labels)
        || !JsonText.Same(old.Spec, current.Spec);
}
