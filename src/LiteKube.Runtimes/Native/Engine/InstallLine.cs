namespace LiteKube.Runtimes.Native.Engine;

/// <summary>How the distribution at hand installs crun and conmon.</summary>
internal static class InstallLine
{
    public static string Read(string file = "/etc/os-release") => Of(File.Exists(file) ? File.ReadAllLines(file) : []);

    internal static string Of(IEnumerable<string> osRelease)
    {
        var values = osRelease.Select(l => l.Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1].Trim('"', '\''), StringComparer.Ordinal);
        IEnumerable<string> families = [values.GetValueOrDefault("ID", ""), .. values.GetValueOrDefault("ID_LIKE", "").Split(' ')];
        foreach (var family in families)
        {
            var line = family switch
            {
                "debian" or "ubuntu" => "apt-get install crun conmon",
                "fedora" or "rhel" or "centos" => "dnf install crun conmon",
                "suse" or "opensuse" or "opensuse-leap" or "opensuse-tumbleweed" or "sles" => "zypper install crun conmon",
                "arch" => "pacman -S crun conmon",
                "alpine" => "apk add crun conmon",
                _ => null,
            };
            if (line is not null)
                return line;
        }

        return "install the packages crun and conmon of your distribution";
    }
}
