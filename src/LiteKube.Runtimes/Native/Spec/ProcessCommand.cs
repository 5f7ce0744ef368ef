using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Native.Images;

namespace LiteKube.Runtimes.Native.Spec;

/// <summary>What is run, where, with which variables: the pod's word over the image's.</summary>
internal static class ProcessCommand
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>A command of the pod replaces entrypoint and arguments of the image, arguments alone only its arguments.</summary>
    /// <exception cref="RuntimeException">CreateContainer: neither says what to run.</exception>
    public static IReadOnlyList<string> Arguments(ContainerConfig config, ImageConfig image)
    {
        IReadOnlyList<string> command = config.Command.Count > 0 ? [.. config.Command, .. config.Args]
            : config.Args.Count > 0 ? [.. image.Entrypoint, .. config.Args]
            : [.. image.Entrypoint, .. image.Cmd];
        return command.Count > 0 ? command : throw new RuntimeException(RuntimeError.CreateContainer, "no command specified");
    }

    public static string WorkingDirectory(ContainerConfig config, ImageConfig image)
    {
        var directory = config.WorkingDirectory is { Length: > 0 } own ? own : image.WorkingDirectory;
        return directory.Length == 0 ? "/" : directory[0] == '/' ? directory : "/" + directory;
    }

    /// <summary><c>NAME=value</c>, each name once; the last word counts, in the place of the first.</summary>
    public static IReadOnlyList<string> Environment(ContainerConfig config, ImageConfig image, string hostname, string? home)
    {
        var order = new List<string>();
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(DefaultPath);
        if (config.Tty)
            Add("TERM=xterm");
        Add("HOSTNAME=" + hostname);
        if (home is { Length: > 0 })
            Add("HOME=" + home);
        foreach (var variable in image.Env)
            Add(variable);
        foreach (var (name, value) in config.Environment)
            Add($"{name}={value}");
        return [.. order.Select(n => values[n])];

        void Add(string variable)
        {
            var name = variable.Split('=', 2)[0];
            if (name.Length == 0)
                return;
            if (!values.ContainsKey(name))
                order.Add(name);
            values[name] = variable.Contains('=') ? variable : variable + "=";
        }
    }
}
