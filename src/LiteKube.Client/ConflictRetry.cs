using LiteKube.Api;

namespace LiteKube.Client;

/// <summary>Read, change, write, again when somebody else wrote in between.</summary>
public static class ConflictRetry
{
    private const int Attempts = 5;

    /// <summary>
    /// Applies <paramref name="change"/> to the present object and writes the result, reading afresh after each conflict.
    /// A change that returns its argument, or null, means there is nothing to write.
    /// </summary>
    /// <returns>The object as written, or as read when nothing was.</returns>
    public static async ValueTask<T> UpdateAsync<T>(this KubeClient client, string? ns, string name, Func<T, T?> change, string? subresource = null, CancellationToken cancellationToken = default)
        where T : class, IKubeObject<T>
    {
        for (var attempt = 1; ; attempt++)
        {
            var present = await client.GetAsync<T>(ns, name, cancellationToken).ConfigureAwait(false);
            var wanted = change(present);
            if (wanted is null || ReferenceEquals(wanted, present))
                return present;
            try
            {
                return subresource switch
                {
                    null => await client.UpdateAsync(wanted, cancellationToken).ConfigureAwait(false),
                    "status" => await client.UpdateStatusAsync(wanted, cancellationToken).ConfigureAwait(false),
                    _ => (await client.UpdateSubresourceAsync(T.Resource, ns, name, subresource, wanted, cancellationToken).ConfigureAwait(false)).As<T>(),
                };
            }
            catch (ApiException e) when (e.Reason == StatusReason.Conflict && attempt < Attempts)
            {
                // Somebody wrote between the read and the write; their version is read on the next turn.
            }
        }
    }
}
