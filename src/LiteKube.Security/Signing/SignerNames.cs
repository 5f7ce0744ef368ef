namespace LiteKube.Security.Signing;

/// <summary>The signers LiteKube answers for. (https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers)</summary>
public static class SignerNames
{
    public const string Client = "kubernetes.io/kube-apiserver-client";
    public const string KubeletClient = "kubernetes.io/kube-apiserver-client-kubelet";
    public const string KubeletServing = "kubernetes.io/kubelet-serving";

    public static bool IsKnown(string signer) => signer is Client or KubeletClient or KubeletServing;
}
