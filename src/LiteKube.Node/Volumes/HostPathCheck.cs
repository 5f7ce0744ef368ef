using LiteKube.Api.Core.V1;

namespace LiteKube.Node.Volumes;

/// <summary>Checks, and where its type says so makes, what a hostPath volume names (kubernetes.io/docs/concepts/storage/volumes/#hostpath).</summary>
internal static class HostPathCheck
{
    private const UnixFileMode DirectoryMode = (UnixFileMode)0b111_101_101;
    private const UnixFileMode FileMode = (UnixFileMode)0b110_100_100;

    /// <exception cref="VolumeException">The path is not of the type.</exception>
    public static void Apply(HostPathVolumeSource source)
    {
        var path = source.Path;
        switch (source.Type ?? "")
        {
            case "":
                // Engines differ in whether they make a missing source; here it is a directory everywhere.
                if (!Exists(path))
                    MakeDirectory(path);
                break;
            case "DirectoryOrCreate":
                if (!Exists(path))
                    MakeDirectory(path);
                Require(Directory.Exists(path), path, "a directory");
                break;
            case "Directory":
                Require(Directory.Exists(path), path, "a directory");
                break;
            case "FileOrCreate":
                if (!Exists(path))
                    MakeFile(path);
                Require(FileKind.Of(path) == FileKind.Regular, path, "a file");
                break;
            case "File":
                Require(FileKind.Of(path) == FileKind.Regular, path, "a file");
                break;
            case "Socket":
                Require(FileKind.Of(path) == FileKind.Socket, path, "a socket file");
                break;
            case "CharDevice":
                Require(FileKind.Of(path) == FileKind.CharDevice, path, "a character device");
                break;
            case "BlockDevice":
                Require(FileKind.Of(path) == FileKind.BlockDevice, path, "a block device");
                break;
            default:
                throw new VolumeException($"{source.Type} is an invalid volume type");
        }
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static void Require(bool holds, string path, string what)
    {
        if (!holds)
            throw new VolumeException($"hostPath type check failed: {path} is not {what}");
    }

    private static void MakeDirectory(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, DirectoryMode);
    }

    private static void MakeFile(string path)
    {
        File.WriteAllBytes(path, []);
        File.SetUnixFileMode(path, FileMode);
    }
}
