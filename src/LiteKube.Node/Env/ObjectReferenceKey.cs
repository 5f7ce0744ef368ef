namespace LiteKube.Node.Env;

/// <summary>A ConfigMap or a Secret.</summary>
internal readonly record struct ObjectReferenceKey(bool IsSecret, string Namespace, string Name);
