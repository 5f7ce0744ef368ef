using System.Globalization;
using LiteKube.Node.Runtime;
using LiteKube.Runtimes.Docker.Client;

namespace LiteKube.Runtimes.Docker;

/// <summary>The engine's user field: <c>uid</c> or <c>uid:gid</c>. A group alone goes with the image's own user, which has to be looked up.</summary>
internal static class ContainerUser
{
    public static async ValueTask<string?> OfAsync(ContainerConfig config, ImageOperations images, CancellationToken cancellationToken)
    {
        var user = config.Security.RunAsUser?.ToString(CultureInfo.InvariantCulture);
        if (config.Security.RunAsGroup is not { } group)
            return user;
        if (user is null)
        {
            var image = await images.InspectAsync(config.ImageId.Length > 0 ? config.ImageId : config.Image, cancellationToken).ConfigureAwait(false);
            user = image?.Config?.User?.Split(':')[0];
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(user is { Length: > 0 } ? user : "0")}:{group}");
    }
}
