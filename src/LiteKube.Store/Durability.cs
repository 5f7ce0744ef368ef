namespace LiteKube.Store;

public enum Durability
{
    /// <summary>Synced to disk before it is acknowledged.</summary>
    Committed,

    /// <summary>May be lost in a power cut or crash: for what its holder renews anyway (leases, Events). Never lost in an orderly stop. Order is kept: a later committed write makes earlier relaxed ones durable too.</summary>
    Relaxed,
}
