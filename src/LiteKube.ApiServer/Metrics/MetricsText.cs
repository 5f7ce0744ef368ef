using System.Globalization;
using System.Text;

namespace LiteKube.ApiServer.Metrics;

/// <summary>Prometheus' text form. (https://prometheus.io/docs/instrumenting/exposition_formats/)</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();

    public void Family(string name, string type, string help) => _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <param name="labels">Names and values by turns.</param>
    public void Sample(string name, double value, params ReadOnlySpan<string> labels)
    {
        _text.Append(name);
        for (var i = 0; i < labels.Length; i += 2)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i]).Append("=\"");
            Escape(labels[i + 1]);
            _text.Append('"');
        }

        if (labels.Length > 0)
            _text.Append('}');
        _text.Append(CultureInfo.InvariantCulture, $" {value}\n");
    }

    public void Single(string name, string type, string help, double value)
    {
        Family(name, type, help);
        Sample(name, value);
    }

    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    private void Escape(string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => _text.Append("\\\\"),
                '"' => _text.Append("\\\""),
                '\n' => _text.Append("\\n"),
                _ => _text.Append(c),
            };
        }
    }
}
