using System.Globalization;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Env;

/// <summary>Variables that tell of Services (kubernetes.io/docs/concepts/services-networking/service/#environment-variables).</summary>
internal static class ServiceEnvironment
{
    private const string ApiServerService = "kubernetes";
    private const string ApiServerNamespace = "default";

    /// <param name="services">Those of the pod's namespace and of the default one.</param>
    /// <param name="links">The pod's enableServiceLinks: without, it is told only of the API server.</param>
    public static Dictionary<string, string> Of(string podNamespace, bool links, IEnumerable<Service> services)
    {
        var chosen = new SortedDictionary<string, Service>(StringComparer.Ordinal);
        foreach (var service in services)
        {
            var name = service.Metadata.Name ?? "";
            if (string.IsNullOrEmpty(service.Spec.ClusterIP) || service.Spec.ClusterIP == "None")
                continue;
            var isApiServer = name == ApiServerService && service.Metadata.Namespace == ApiServerNamespace;

            // The pod's own namespace wins over the API server's Service of the same name.
            if (links && service.Metadata.Namespace == podNamespace)
                chosen[name] = service;
            else if (isApiServer)
                chosen.TryAdd(name, service);
        }

        var result = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in chosen.Values)
            Add(result, service);
        return result;
    }

    private static void Add(Dictionary<string, string> result, Service service)
    {
        if (service.Spec.Ports.Count == 0)
            return;
        var prefix = Variable(service.Metadata.Name ?? "");
        var host = service.Spec.ClusterIP!;
        var inUrl = host.Contains(':') ? $"[{host}]" : host;
        result[$"{prefix}_SERVICE_HOST"] = host;
        result[$"{prefix}_SERVICE_PORT"] = Text(service.Spec.Ports[0].Port);
        result[$"{prefix}_PORT"] = Url(service.Spec.Ports[0]);
        foreach (var port in service.Spec.Ports)
        {
            if (!string.IsNullOrEmpty(port.Name))
                result[$"{prefix}_SERVICE_PORT_{Variable(port.Name)}"] = Text(port.Port);
            var protocol = Protocol(port);
            var perPort = $"{prefix}_PORT_{port.Port}_{protocol}";
            result[perPort] = Url(port);
            result[$"{perPort}_PROTO"] = protocol.ToLowerInvariant();
            result[$"{perPort}_PORT"] = Text(port.Port);
            result[$"{perPort}_ADDR"] = host;
        }

        string Url(ServicePort port) => $"{Protocol(port).ToLowerInvariant()}://{inUrl}:{port.Port}";
    }

    private static string Protocol(ServicePort port) => string.IsNullOrEmpty(port.Protocol) ? "TCP" : port.Protocol.ToUpperInvariant();

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static string Variable(string name) => name.ToUpperInvariant().Replace('-', '_');
}
