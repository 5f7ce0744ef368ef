using LiteKube.Api;
using LiteKube.Client;

namespace LiteKube.Controllers.Owned;

internal static class ClientExtensions
{
    /// <summary>
    /// Creates, and is content when the namespace is being deleted. An object that is there already is the caller's to look at again: its cache has not seen it
    /// yet, and it may have been made of what was so a moment ago.
    /// </summary>
    public static async ValueTask CreateUnlessTerminatingAsync<T>(this KubeClient client, T value, CancellationToken cancellationToken) where T : class, IKubeObject<T>
    {
        try
        {
            await client.CreateAsync(value, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.IsNamespaceTerminating())
        {
            // Nothing is left to do.
        }
    }
}
