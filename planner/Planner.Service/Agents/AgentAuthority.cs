using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Planner.Agent;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>Certifies agents and the service itself. Its key stands in one file, made at the first start; certificates after the first in that file are of authorities that were replaced, and are still believed.</summary>
internal sealed class AgentAuthority : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ClockError = TimeSpan.FromMinutes(5);
    private static readonly OidCollection Uses = [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")];

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _life;
    private readonly X509Certificate2 _signer;
    private X509Certificate2? _own;

    private AgentAuthority(X509Certificate2Collection all, X509Certificate2 signer, TimeSpan life, TimeProvider clock) => (All, _signer, _life, _clock) = (all, signer, life, clock);

    /// <summary>The certificates by which agents know a service, the newest first.</summary>
    public X509Certificate2Collection All { get; }

    /// <summary>They as PEM.</summary>
    public string Pem => All.ExportCertificatePems();

    /// <summary>What join tokens carry.</summary>
    public string Hash => Convert.ToHexStringLower(_signer.GetCertHash(HashAlgorithmName.SHA256));

    /// <summary>The certificate of this service, renewed at two thirds of its life.</summary>
    public X509Certificate2 Own
    {
        get
        {
            lock (_gate)
            {
                var now = _clock.GetUtcNow();
                if (_own is null || now >= _own.NotBefore.ToUniversalTime() + ((_own.NotAfter - _own.NotBefore) * 2 / 3))
                {
                    using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
                    using var bare = Sign(new PublicKey(key), Trust.ServiceName);
                    _own = bare.CopyWithPrivateKey(key);
                }

                return _own;
            }
        }
    }

    /// <summary>Reads the authority from a file, or makes it.</summary>
    /// <param name="file">The file, for the owner only: it holds the key.</param>
    /// <param name="life">How long certificates last.</param>
    /// <param name="clock">The time.</param>
    /// <exception cref="OrderRefusedException">It cannot be used.</exception>
    public static AgentAuthority Open(string file, TimeSpan life, TimeProvider clock)
    {
        try
        {
            if (!File.Exists(file))
            {
                Make(file, clock.GetUtcNow());
            }

            var text = File.ReadAllText(file);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(text);
            return new AgentAuthority(all, X509Certificate2.CreateFromPem(text, text), life, clock);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new OrderRefusedException(OrderFault.InvalidInput, $"the authority for agents in {file} cannot be used ({e.Message.TrimEnd('.')}): give --authority FILE with a certificate and its key as PEM, or a file that is yet to be made");
        }
    }

    /// <summary>Certifies a host's key.</summary>
    /// <param name="node">The host.</param>
    /// <param name="key">Its key.</param>
    public X509Certificate2 Certify(string node, PublicKey key) => Sign(key, node);

    /// <inheritdoc/>
    public void Dispose()
    {
        _own?.Dispose();
        _signer.Dispose();
    }

    private X509Certificate2 Sign(PublicKey key, string name)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Uses, critical: false));
        var now = _clock.GetUtcNow();
        var end = now + _life;

        // The difference between two clocks is no part of a life that is longer.
        var begin = now - (_life > ClockError * 2 ? ClockError : TimeSpan.Zero);
        return request.Create(_signer, begin, end < _signer.NotAfter ? end : _signer.NotAfter, RandomNumberGenerator.GetBytes(16));
    }

    private static void Make(string file, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=planner agents", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        using var certificate = request.CreateSelfSigned(now - ClockError, now + AuthorityLife);
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
        {
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        }

        // Another service that begins at the same moment makes one, too: the first counts.
        var making = $"{file}.{Guid.NewGuid():N}";
        using (var stream = new FileStream(making, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            stream.Write(System.Text.Encoding.ASCII.GetBytes($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n"));
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(making, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(making);
        }
    }
}
