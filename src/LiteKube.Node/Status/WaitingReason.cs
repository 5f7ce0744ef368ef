namespace LiteKube.Node.Status;

/// <param name="Reason">CrashLoopBackOff, ErrImagePull …</param>
internal sealed record WaitingReason(string Reason, string Message);
