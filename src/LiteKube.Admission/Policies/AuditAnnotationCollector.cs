namespace LiteKube.Admission.Policies;

/// <summary>The audit annotations of one policy: what several bindings say differently of one key is put side by side.</summary>
internal sealed class AuditAnnotationCollector
{
    private const int LongestValue = 10 * 1024;

    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    public void Add(string key, string value)
    {
        if (!_values.TryGetValue(key, out var values))
            _values[key] = values = [];
        value = value.Length > LongestValue ? value[..LongestValue] : value;
        if (!values.Contains(value))
            values.Add(value);
    }

    public void Publish(string policy, AdmissionRequest request)
    {
        foreach (var (key, values) in _values)
            request.AuditAnnotations[$"{policy}/{key}"] = string.Join(", ", values);
    }
}
