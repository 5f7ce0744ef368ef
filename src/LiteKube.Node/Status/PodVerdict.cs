namespace LiteKube.Node.Status;

/// <summary>The node's own decision that a pod has failed: rejected at admission, or its deadline is over.</summary>
/// <param name="IsRejection">The pod never began here, so there is nothing to say of its containers.</param>
internal sealed record PodVerdict(string Reason, string Message, bool IsRejection = false);
