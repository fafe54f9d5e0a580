using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Planner.Lab;

/// <summary>Certificates for the TLS of migrations, in folders as QEMU's <c>tls-creds-x509</c> wants them: ca-cert.pem, and a certificate and a key for each end.</summary>
public sealed class LabCertificates : IDisposable
{
    private const string Authority = "ca-cert.pem";
    private static readonly TimeSpan Long = TimeSpan.FromDays(30);

    private readonly string _folder;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private int _serial;

    /// <summary>Makes an authority of its own.</summary>
    /// <param name="folder">Where the folders are made.</param>
    public LabCertificates(string folder)
    {
        _folder = folder;
        var request = new CertificateRequest("CN=lab authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow - Long, DateTimeOffset.UtcNow + Long);
    }

    /// <summary>Makes certificates of both ends.</summary>
    /// <param name="name">The name of their folder.</param>
    /// <param name="hosts">The hosts that they are of, by name or address, joined by commas.</param>
    /// <param name="hasExpired">Whether their time is over.</param>
    /// <returns>The folder.</returns>
    public string Make(string name, string hosts = "localhost", bool hasExpired = false)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        File.WriteAllText(Path.Combine(folder, Authority), _authority.ExportCertificatePem());
        Make(folder, "server", hosts, "1.3.6.1.5.5.7.3.1", hasExpired);
        Make(folder, "client", hosts, "1.3.6.1.5.5.7.3.2", hasExpired);
        return folder;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
    }

    private void Make(string folder, string end, string hosts, string purpose, bool hasExpired)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={hosts.Split(',')[0]}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: true));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts.Split(','))
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        var until = DateTimeOffset.UtcNow + (hasExpired ? TimeSpan.FromDays(-1) : TimeSpan.FromDays(7));
        using var certificate = request.Create(_authority, DateTimeOffset.UtcNow - TimeSpan.FromDays(14), until, [(byte)Interlocked.Increment(ref _serial)]);
        File.WriteAllText(Path.Combine(folder, $"{end}-cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, $"{end}-key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
