using LiteKube.Store.Sqlite.Encryption;

namespace LiteKube.Store.Sqlite;

/// <summary>The log's values under lock and key.</summary>
internal sealed partial class SqliteLog
{
    /// <summary>Records looked at in one go: writers wait no longer than for these.</summary>
    private const int Stretch = 1000;

    private KeyFile? _keyFile;
    private ValueCipher? _cipher;

    /// <summary>Who needs which key, and whether unused pages may hold what was never encrypted.</summary>
    public (ValueCipher Cipher, KeyFile File, SealCounts Counts, bool Traces) Inspect() => Try(() =>
    {
        var cipher = Cipher();
        var byKey = new Dictionary<uint, long>();
        long plain = 0;
        for (long? at = 0; at is { } after;)
        {
            lock (_lock)
                at = Database().Sealed.Count(after, Stretch, Tally);
        }

        lock (_lock)
            return (cipher, _keyFile!, new SealCounts(plain, byKey), Database().Format != LogFormat.Sealed);

        void Tally(uint? key)
        {
            if (key is { } id)
                byKey[id] = byKey.GetValueOrDefault(id) + 1;
            else
                plain++;
        }
    });

    /// <summary>See <see cref="IStoreEncryption.RotateKeyAsync"/>. One caller at a time.</summary>
    public void ChangeKey(CancellationToken cancellationToken) => Try(() =>
    {
        var cipher = Cipher();
        if (cipher.Ring.Keys.Count == 1)
        {
            var next = cipher.Ring.With(EncryptionKey.Make(time));
            _keyFile!.Write(next);
            lock (_writing)
            lock (_lock)
                cipher.Ring = next;
        }

        SealAll(cancellationToken);
        return true;
    });

    private ValueCipher Cipher() => _cipher ?? throw new InvalidOperationException($"{path}: nothing in this store is encrypted");

    /// <summary>A new key is not written before the log is known to need no other.</summary>
    private (ValueCipher? Cipher, bool IsNew) OpenCipher()
    {
        if (encryption is null)
            return (null, false);
        _keyFile = new KeyFile(encryption.KeyFile);
        var ring = _keyFile.Read();
        _cipher = new ValueCipher(_keyFile, ring ?? new KeyRing([EncryptionKey.Make(time)]), encryption.Prefixes);
        return (_cipher, ring is null);
    }

    /// <summary>Encrypts what was written before there was encryption, and completes a change of the key that was cut short.</summary>
    private void CompleteEncryption(LogSchema db, bool isNew, CancellationToken cancellationToken)
    {
        if (_cipher is not { } cipher)
            return;
        if (isNew)
            _keyFile!.Write(cipher.Ring);
        if (db.Format == LogFormat.Plain)
            db.Format = LogFormat.Sealing;
        if (db.Format == LogFormat.Sealed && cipher.Ring.Keys.Count == 1)
            return;
        SealAll(cancellationToken);
        if (db.Format == LogFormat.Sealed)
            return;

        // Pages that hold nothing now may hold a value as it was; a file written anew has none of them.
        db.Rebuild();
        db.Format = LogFormat.Sealed;
    }

    private void SealAll(CancellationToken cancellationToken)
    {
        for (long? at = 0; at is { } after;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            at = SealStretch(after);
        }

        var cipher = Cipher();
        if (cipher.Ring.Keys.Count == 1 || !Inspect().Counts.NeedsOnly(cipher.Ring.Writing.Id))
            return;
        var only = cipher.Ring.OnlyWriting();
        _keyFile!.Write(only);
        lock (_writing)
        lock (_lock)
            cipher.Ring = only;
    }

    private long? SealStretch(long after)
    {
        lock (_writing)
        {
            long? next = null;
            lock (_lock)
            {
                var db = Database();
                Settle(db);
                _suspect = true;
                db.Transact(() => next = db.Sealed.Reseal(after, Stretch));
            }

            _sync!.Sync();
            _suspect = false;
            return next;
        }
    }
}
