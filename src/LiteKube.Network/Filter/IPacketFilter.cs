namespace LiteKube.Network.Filter;

/// <summary>Writes the rules into the kernel, whole or not at all.</summary>
internal interface IPacketFilter
{
    /// <summary>For the log line that says what was chosen.</summary>
    string Name { get; }

    /// <summary>Rules of an earlier run are in force.</summary>
    Task<bool> IsInForceAsync(CancellationToken cancellationToken);

    /// <summary>Another hand may have changed the rules: the next <see cref="ApplyAsync"/> writes everything.</summary>
    void Forget();

    /// <summary>Makes these rules the ones in force; writes only what differs. After a failure the next call writes everything.</summary>
    /// <exception cref="PacketFilterException">The tool refused them; what was in force still is.</exception>
    Task ApplyAsync(PacketRules rules, CancellationToken cancellationToken);
}
