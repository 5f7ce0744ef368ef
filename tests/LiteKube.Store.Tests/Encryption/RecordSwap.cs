using LiteKube.Store.Sqlite;
using LiteKube.Store.Sqlite.Encryption;

namespace LiteKube.Store.Tests.Encryption;

/// <summary>Changes records behind the store's back, as somebody with access to the file could, checksums included.</summary>
internal static class RecordSwap
{
    public static void Values(string database, long one, long other)
    {
        using var db = new SqliteConnection(database);
        var (a, b) = (Read(db, one), Read(db, other));
        Write(db, one, a, b.Value);
        Write(db, other, b, a.Value);
    }

    /// <summary>The first records under the ring's writing key, as a change of the key that got so far leaves them.</summary>
    public static void Reseal(string database, KeyRing ring, int count)
    {
        using var db = new SqliteConnection(database);
        var cipher = new ValueCipher(new KeyFile("unused"), ring, ["secret/"]);
        for (var revision = 1; revision <= count; revision++)
        {
            var row = Read(db, revision);
            Write(db, revision, row, cipher.Seal(row.Key, revision, cipher.Open(row.Key, revision, row.Value)));
        }
    }

    private static (long Previous, long Created, byte[] Key, byte[] Value) Read(SqliteConnection db, long revision)
    {
        var row = db.Prepare("SELECT previous, created, key, value FROM log WHERE revision = ?");
        row.Bind(1, revision);
        Assert.True(row.Step());
        var read = (row.Integer(0), row.Integer(1), row.Bytes(2).ToArray(), row.Bytes(3).ToArray());
        row.Reset();
        return read;
    }

    private static void Write(SqliteConnection db, long revision, (long Previous, long Created, byte[] Key, byte[] Value) row, byte[] value) =>
        db.Prepare("UPDATE log SET value = ?, checksum = ? WHERE revision = ?")
            .Bind(1, value).Bind(2, RecordChecksum.Of(revision, row.Previous, row.Created, row.Key, value)).Bind(3, revision).Run();
}
