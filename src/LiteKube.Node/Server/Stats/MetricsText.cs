using System.Globalization;
using System.Text;

namespace LiteKube.Node.Server.Stats;

/// <summary>Prometheus' text format, version 0.0.4.</summary>
internal sealed class MetricsText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    public void Describe(string name, string type, string help) => _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <param name="time">When the value was taken; null for now.</param>
    public void Add(string name, double value, DateTimeOffset? time = null, params ReadOnlySpan<(string Name, string? Value)> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i++)
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value ?? "")).Append('"');
        if (labels.Length > 0)
            _text.Append('}');
        _text.Append(CultureInfo.InvariantCulture, $" {value:R}");
        if (time is { } at)
            _text.Append(CultureInfo.InvariantCulture, $" {at.ToUnixTimeMilliseconds()}");
        _text.Append('\n');
    }

    public override string ToString() => _text.ToString();

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
