namespace LiteKube.Runtimes.Native.Images.Storing;

/// <param name="Name">In full: <c>docker.io/library/nginx:1</c> or <c>docker.io/library/nginx@sha256:…</c>.</param>
/// <param name="Pinned">Neither collected nor pruned.</param>
internal sealed record ReferenceRecord(string Name, string ImageId, bool Pinned, DateTimeOffset Updated)
{
    public bool IsDigest => Name.Contains('@');
}
