namespace LiteKube.Admission.Webhooks;

/// <summary>A webhook was not reached, or gave no answer that can be used. The message is worded as Kubernetes' own client does.</summary>
public sealed class WebhookCallException(string message, Exception? inner = null) : Exception(message, inner);
