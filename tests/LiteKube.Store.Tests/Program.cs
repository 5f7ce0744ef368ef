using LiteKube.Store.Tests.Crash;

// Not a test: what the tests in Crash/ start as a process of its own.
return args switch
{
    ["write", var path] => await CrashWriter.RunAsync(path),
    ["full-disk", var path] => await FullDisk.RunAsync(path),
    ["power-cut", var cuts, var seed] => await PowerCutRun.MainAsync(int.Parse(cuts, System.Globalization.CultureInfo.InvariantCulture), int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture)),
    _ => 2,
};
