namespace LiteKube.Store.Sqlite.Encryption;

/// <summary>
/// Changes the key in steps of which each leaves a store that opens: first the key file gets the new key before the old ones, then record after
/// record is sealed anew, durably, then, when nothing needs them, the old keys leave the file.
/// </summary>
internal sealed class SqliteEncryption(SqliteLog log) : IStoreEncryption, IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    public async ValueTask<EncryptionStatus> StatusAsync(CancellationToken cancellationToken) => await Task.Run(Status, cancellationToken).ConfigureAwait(false);

    public async ValueTask<EncryptionStatus> RotateKeyAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Task.Run(() => log.ChangeKey(cancellationToken), cancellationToken).ConfigureAwait(false);
            return await StatusAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private EncryptionStatus Status()
    {
        var (cipher, file, counts, traces) = log.Inspect();
        var keys = cipher.Ring.Keys.Select(k => new EncryptionKeyStatus(k.Name, k.Created, counts.ByKey.GetValueOrDefault(k.Id)));
        return new EncryptionStatus(file.Path, cipher.Prefixes, [.. keys], counts.Plain, traces);
    }
}
