namespace LiteKube.Benchmarks;

internal interface IBenchmark
{
    string Name { get; }

    /// <param name="directory">Empty, on the disk to be measured, removed afterwards.</param>
    Task RunAsync(string directory, Report report);
}
