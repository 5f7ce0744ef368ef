namespace LiteKube.Store.Sqlite.Encryption;

/// <summary>The records whose values are to be sealed, looked through a stretch of the log at a time. Callers see to it that one thread is here at a time.</summary>
internal sealed class SealedRecords
{
    private readonly ValueCipher _cipher;
    private readonly Func<byte[], long, byte[], byte[]> _open;
    private readonly SqliteStatement _end, _update;
    private readonly SqliteStatement[] _read;

    /// <param name="open">Turns the stored value of a key at a revision into the plain one.</param>
    public SealedRecords(SqliteConnection db, ValueCipher cipher, Func<byte[], long, byte[], byte[]> open)
    {
        (_cipher, _open) = (cipher, open);
        _end = db.Prepare("SELECT revision FROM log WHERE revision > ? ORDER BY revision LIMIT 1 OFFSET ?");
        _update = db.Prepare("UPDATE log SET value = ?, checksum = ? WHERE revision = ?");

        // The value is read of those rows only whose key has the prefix.
        _read = [.. cipher.Prefixes.Select(prefix => db.Prepare(
            $"SELECT revision, previous, created, key, value FROM log WHERE revision > ? AND revision <= ? AND created > 0 AND key >= {Quoted(prefix)} AND key < {Quoted(After(prefix))} ORDER BY revision"))];
    }

    /// <summary>Seals anew what is not sealed with the writing key, in the next so many records.</summary>
    /// <returns>The record to go on after; null when there are no more.</returns>
    public long? Reseal(long after, int stretch)
    {
        var end = EndOf(after, stretch);
        foreach (var (revision, previous, created, key, value) in Between(after, end))
        {
            if (ValueCipher.KeyOf(value) == _cipher.Ring.Writing.Id)
                continue;
            var replaced = _cipher.Seal(key, revision, _open(key, revision, value));
            _update.Bind(1, replaced).Bind(2, RecordChecksum.Of(revision, previous, created, key, replaced)).Bind(3, revision).Run();
        }

        return end;
    }

    /// <returns>The record to go on after; null when there are no more.</returns>
    public long? Count(long after, int stretch, Action<uint?> count)
    {
        var end = EndOf(after, stretch);
        foreach (var record in Between(after, end))
            count(ValueCipher.KeyOf(record.Value));
        return end;
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The first key above all that start with a prefix.</summary>
    private static string After(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);

    private long? EndOf(long after, int stretch)
    {
        _end.Bind(1, after).Bind(2, stretch);
        try
        {
            return _end.Step() ? _end.Integer(0) : null;
        }
        finally
        {
            _end.Reset();
        }
    }

    private List<Record> Between(long after, long? end)
    {
        var found = new List<Record>();
        foreach (var read in _read)
        {
            read.Bind(1, after).Bind(2, end ?? long.MaxValue);
            try
            {
                while (read.Step())
                    found.Add(new Record(read.Integer(0), read.Integer(1), read.Integer(2), read.Bytes(3).ToArray(), read.Bytes(4).ToArray()));
            }
            finally
            {
                read.Reset();
            }
        }

        return found;
    }

    private sealed record Record(long Revision, long Previous, long Created, byte[] Key, byte[] Value);
}
