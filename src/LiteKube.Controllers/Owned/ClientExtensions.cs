using LiteKube.Api;
using LiteKube.Client;

namespace LiteKube.Controllers.Owned;

internal static class ClientExtensions
{
    /// <summary>Creates, and is content when the object is there already or its namespace is being deleted.</summary>
    public static async ValueTask CreateUnlessTerminatingAsync<T>(this KubeClient client, T value, CancellationToken cancellationToken) where T : class, IKubeObject<T>
    {
        try
        {
            await client.CreateAsync(value, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException e) when (e.Reason == StatusReason.AlreadyExists || e.IsNamespaceTerminating())
        {
            // Either way nothing is left to do.
        }
    }
}
