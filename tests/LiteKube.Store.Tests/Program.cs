using LiteKube.Store.Tests.Crash;

// Not a test: what the tests in Crash/ start as a process of its own.
return args switch
{
    ["write", var path] => await CrashWriter.RunAsync(path),
    ["full-disk", var path] => await FullDisk.RunAsync(path),
    _ => 2,
};
