namespace LiteKube.Store;

/// <summary>What of a store lies encrypted on its disk, and the change of the key while the store is in use.</summary>
public interface IStoreEncryption
{
    /// <summary>Looks through all that is on disk.</summary>
    /// <exception cref="StoreUnavailableException">The disk cannot be read.</exception>
    ValueTask<EncryptionStatus> StatusAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes a new key, encrypts everything with it and forgets the keys before it. Reads and writes go on meanwhile. Where an earlier change
    /// was cut short, it is completed instead. Cut short itself, by a failure or the end of the process, it leaves all keys that anything on
    /// disk still needs; calling it again, or the next open, completes it.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The disk refused; nothing is lost.</exception>
    ValueTask<EncryptionStatus> RotateKeyAsync(CancellationToken cancellationToken);
}
