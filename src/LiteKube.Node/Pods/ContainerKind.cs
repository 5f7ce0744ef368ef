namespace LiteKube.Node.Pods;

internal enum ContainerKind
{
    Init,

    /// <summary>An init container with restartPolicy Always.</summary>
    Sidecar,
    App,
    Ephemeral,
}
