namespace LiteKube.Store.Sqlite.Encryption;

/// <param name="Plain">Records to be encrypted that are not.</param>
/// <param name="ByKey">How many need which key.</param>
internal sealed record SealCounts(long Plain, IReadOnlyDictionary<uint, long> ByKey)
{
    public bool NeedsOnly(uint key) => Plain == 0 && ByKey.Keys.All(k => k == key);
}
