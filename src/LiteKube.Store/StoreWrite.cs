namespace LiteKube.Store;

/// <param name="Value">The new value; null to delete. The store keeps this memory as it is: nobody may change it afterwards.</param>
/// <param name="ExpectedRevision">The entry's ModRevision: 0, it must not exist; <see cref="AnyRevision"/>, whatever it is (a delete of an absent key is <see cref="WriteOutcome.NotFound"/>).</param>
public readonly record struct StoreWrite(string Key, ReadOnlyMemory<byte>? Value, long ExpectedRevision, Durability Durability = Durability.Committed)
{
    public const long AnyRevision = -1;
}
