using System.Globalization;
using System.Text;

namespace LiteKube.Store.Sqlite.Encryption;

/// <summary>The keys as a text file, a line a key: its id, when it was made, the key in base64. The first one writes.</summary>
internal sealed class KeyFile(string path)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Head = """
        # The keys that Secrets are encrypted with in the database beside this file; the first one writes.
        # Keep a copy apart from the database's: without this file they cannot be read, with it they can.
        # litekube secrets rotate-key replaces the key.

        """;

    public string Path => path;

    /// <summary>Null where there is no such file.</summary>
    /// <exception cref="StoreUnavailableException">It is not what this wrote.</exception>
    public KeyRing? Read()
    {
        if (!File.Exists(path))
            return null;
        if (File.GetUnixFileMode(path) != Private)
            File.SetUnixFileMode(path, Private);
        var keys = new List<EncryptionKey>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length > 0 && line[0] != '#')
                keys.Add(Parse(line, number));
        }

        return keys.Count > 0 ? new KeyRing(keys) : throw Bad(number, "there is no key in it");
    }

    /// <summary>All or nothing, and durable on return.</summary>
    public void Write(KeyRing ring)
    {
        var text = new StringBuilder(Head);
        foreach (var key in ring.Keys)
            text.Append(CultureInfo.InvariantCulture, $"{key.Name} {key.Created:yyyy-MM-dd'T'HH:mm:ss'Z'} {Convert.ToBase64String(key.Secret)}\n");
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var stream = new FileStream(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private, BufferSize = 0 }))
        {
            stream.Write(Encoding.ASCII.GetBytes(text.ToString()));
            stream.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        DiskSync.SyncDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
    }

    private EncryptionKey Parse(string line, int number)
    {
        var parts = line.Split(' ');
        var secret = new byte[EncryptionKey.SecretSize];
        if (parts.Length != 3
            || !uint.TryParse(parts[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            || !DateTimeOffset.TryParse(parts[1], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var created)
            || !Convert.TryFromBase64String(parts[2], secret, out var size)
            || size != EncryptionKey.SecretSize)
            throw Bad(number, "it is not a key's id, time and 32 bytes in base64");
        return new EncryptionKey(id, created, secret);
    }

    private StoreUnavailableException Bad(int line, string why) =>
        new($"{path}, line {line}: {why}; restore the file from a backup. What is encrypted in the database cannot be read without it");
}
