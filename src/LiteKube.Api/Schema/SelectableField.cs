using System.Text;

namespace LiteKube.Api.Schema;

/// <summary>A field that lists and watches can be narrowed by: its label in the query, where its value stands, and what an absent value counts as.</summary>
public sealed class SelectableField
{
    internal SelectableField(string label, string absent, params ReadOnlySpan<string> paths)
    {
        Label = label;
        Absent = absent;
        Paths = new string[paths.Length][];
        Utf8Paths = new byte[paths.Length][][];
        for (var i = 0; i < paths.Length; i++)
        {
            Paths[i] = paths[i].Split('.');
            Utf8Paths[i] = Array.ConvertAll(Paths[i], Encoding.UTF8.GetBytes);
        }
    }

    public static SelectableField Name { get; } = new("metadata.name", "", "metadata.name");

    public static SelectableField Namespace { get; } = new("metadata.namespace", "", "metadata.namespace");

    public string Label { get; }

    public string Absent { get; }

    /// <summary>Where the value stands; the first place that has one counts.</summary>
    internal string[][] Paths { get; }

    internal byte[][][] Utf8Paths { get; }
}
