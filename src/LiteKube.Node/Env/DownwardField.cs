using System.Text;
using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Env;

/// <summary>Pod fields for env and downward-API volumes (kubernetes.io/docs/concepts/workloads/pods/downward-api).</summary>
internal static class DownwardField
{
    /// <exception cref="ContainerConfigException">Not a field that the downward API gives.</exception>
    public static string Read(Pod pod, string fieldPath, PodAddresses addresses)
    {
        if (SplitSubscript(fieldPath) is var (map, key))
        {
            var entries = map switch
            {
                "metadata.annotations" => pod.Metadata.Annotations,
                "metadata.labels" => pod.Metadata.Labels,
                _ => throw Unsupported(fieldPath),
            };
            return entries.TryGetValue(key, out var value) ? value : "";
        }

        return fieldPath switch
        {
            "metadata.name" => pod.Metadata.Name ?? "",
            "metadata.namespace" => pod.Metadata.Namespace ?? "",
            "metadata.uid" => pod.Metadata.Uid ?? "",
            "metadata.annotations" => Lines(pod.Metadata.Annotations),
            "metadata.labels" => Lines(pod.Metadata.Labels),
            "spec.nodeName" => pod.Spec.NodeName ?? "",
            "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "",
            "status.hostIP" => addresses.HostIP,
            "status.hostIPs" => string.Join(',', addresses.HostIPs),
            "status.podIP" => addresses.PodIP,
            "status.podIPs" => string.Join(',', addresses.PodIPs),
            _ => throw Unsupported(fieldPath),
        };
    }

    private static ContainerConfigException Unsupported(string fieldPath) => new($"unsupported fieldPath: {fieldPath}");

    /// <summary>Splits <c>metadata.labels['a/b']</c>.</summary>
    private static (string Map, string Key)? SplitSubscript(string fieldPath)
    {
        var open = fieldPath.IndexOf("['", StringComparison.Ordinal);
        return open > 0 && fieldPath.EndsWith("']", StringComparison.Ordinal) ? (fieldPath[..open], fieldPath[(open + 2)..^2]) : null;
    }

    /// <summary>One <c>key="value"</c> a line, by key, the value quoted as a Go string.</summary>
    private static string Lines(IReadOnlyDictionary<string, string> map)
    {
        var result = new StringBuilder();
        foreach (var (key, value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            if (result.Length > 0)
                result.Append('\n');
            result.Append(key).Append('=');
            Quote(result, value);
        }

        return result.ToString();
    }

    private static void Quote(StringBuilder result, string value)
    {
        result.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\a' => result.Append("\\a"),
                '\b' => result.Append("\\b"),
                '\f' => result.Append("\\f"),
                '\v' => result.Append("\\v"),
                < ' ' or '\x7f' => result.Append("\\x").Append(((int)c).ToString("x2")),
                _ => result.Append(c),
            };
        }

        result.Append('"');
    }
}
