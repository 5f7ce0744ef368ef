using System.Globalization;

namespace LiteKube.Benchmarks;

/// <summary>Prints a table, a line per figure, as they come.</summary>
internal sealed class Report(TextWriter output)
{
    public void Line(string what, double value, string unit) =>
        output.WriteLine($"  {what,-62} {Format(value),12} {unit}");

    private static string Format(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "N0" : Math.Abs(value) >= 10 ? "N1" : "N2", CultureInfo.InvariantCulture);
}
