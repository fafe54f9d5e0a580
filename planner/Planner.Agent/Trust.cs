using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Planner.Agent;

/// <summary>Whether a certificate is of an authority. No other authority counts, and nothing is looked up elsewhere.</summary>
internal static class Trust
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    /// <summary>The name in the certificates of services, which no host may have.</summary>
    public const string ServiceName = "planner service";

    /// <summary>Whether it is issued by one of the authorities, is good now, and is a service's or a host's.</summary>
    public static bool IsIssued(X509Certificate2 certificate, X509Certificate2Collection authorities, bool isService)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(isService ? ServerUse : ClientUse));
        return chain.Build(certificate) && (NameOf(certificate) == ServiceName) == isService;
    }

    /// <summary>Whom a certificate names.</summary>
    public static string NameOf(X509Certificate2 certificate) => certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    /// <summary>What is the same in all certificates of one key.</summary>
    public static string KeyHash(X509Certificate2 certificate) => KeyHash(certificate.PublicKey);

    /// <inheritdoc cref="KeyHash(X509Certificate2)"/>
    public static string KeyHash(PublicKey key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
}
