using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Planner.Agent;

/// <summary>Who an agent is: a key that never leaves its host, a certificate of the service's authority that is renewed at two thirds of its life, and the authority itself.</summary>
internal sealed class AgentIdentity : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnersFolder = OwnerOnly | UnixFileMode.UserExecute;
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(15);

    private readonly string _folder;
    private readonly ECDsa _key;

    private AgentIdentity(string folder, Uri service, ECDsa key) => (_folder, Service, _key) = (folder, service, key);

    /// <summary>The service that is asked for certificates.</summary>
    public Uri Service { get; set; }

    /// <summary>The certificates that a service may be known by, the newest first.</summary>
    public X509Certificate2Collection Authorities { get; private set; } = [];

    /// <summary>The host's certificate, with its key.</summary>
    public X509Certificate2? Certificate { get; private set; }

    /// <summary>The name under which the host has joined.</summary>
    public string Node => Certificate!.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    /// <summary>Opens what is in a folder; a host that has not joined yet gets a key.</summary>
    /// <param name="folder">The folder, for the owner only.</param>
    /// <param name="service">Where the service is.</param>
    /// <exception cref="AgentRefusedException">What is there cannot be used.</exception>
    public static AgentIdentity Open(string folder, Uri service)
    {
        try
        {
            Directory.CreateDirectory(folder, OwnersFolder);
            var keyFile = Path.Combine(folder, "key.pem");
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            if (File.Exists(keyFile))
            {
                key.ImportFromPem(File.ReadAllText(keyFile));
            }
            else
            {
                Write(keyFile, key.ExportPkcs8PrivateKeyPem());
            }

            var identity = new AgentIdentity(folder, service, key);
            identity.Read();
            return identity;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new AgentRefusedException($"The agent's key and certificates in {folder} cannot be used ({e.Message.TrimEnd('.')}): repair or empty the folder, and join anew.");
        }
    }

    /// <summary>Joins with a token that is good for one time.</summary>
    /// <param name="token">The token, as the service made it.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="AgentRefusedException">It is no token, the service is another one than it was made by, or it refuses.</exception>
    /// <exception cref="HttpRequestException">The service cannot be reached.</exception>
    public async Task JoinAsync(string token, CancellationToken cancel)
    {
        var join = JoinToken.Read(token) ?? throw new AgentRefusedException("That is no join token: take the whole text that POST /v1/enrolments answered.");

        // Whoever answers is believed only as far as the hash in the token reaches.
        var told = await CallAsync(HttpMethod.Get, "/v1/enrolments/authority", null, isKnown: false, cancel).ConfigureAwait(false);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(told["authority"]!.GetValue<string>());
        if (!authorities.Any(a => Convert.ToHexStringLower(a.GetCertHash(HashAlgorithmName.SHA256)) == join.AuthorityHash))
        {
            throw new AgentRefusedException($"{Service} is not the service that made the token: its authority has another hash. Check the address.");
        }

        Authorities = [.. authorities.Where(a => Convert.ToHexStringLower(a.GetCertHash(HashAlgorithmName.SHA256)) == join.AuthorityHash)];
        await TakeAsync(join.Node, new JsonObject { ["joinToken"] = token }, cancel).ConfigureAwait(false);
    }

    /// <summary>Whether the certificate is to be renewed: two thirds of its life are over.</summary>
    public bool IsDue(DateTimeOffset now) => Certificate is { } certificate
        && now >= certificate.NotBefore.ToUniversalTime() + ((certificate.NotAfter - certificate.NotBefore) * 2 / 3);

    /// <summary>Renews the certificate. A host that was off for weeks is taken back by what its key signs.</summary>
    /// <exception cref="AgentRefusedException">The service refuses: the host's key was revoked, or it has joined elsewhere.</exception>
    /// <exception cref="HttpRequestException">The service cannot be reached.</exception>
    public async Task RenewAsync(CancellationToken cancel)
    {
        var node = Node;
        var challenge = (await CallAsync(HttpMethod.Get, $"/v1/enrolments/{node}/challenge", null, isKnown: true, cancel).ConfigureAwait(false))["challenge"]!.GetValue<string>();
        var signature = Convert.ToBase64String(_key.SignData(Encoding.UTF8.GetBytes(challenge), HashAlgorithmName.SHA256));
        await TakeAsync(node, new JsonObject { ["challenge"] = challenge, ["signature"] = signature }, cancel).ConfigureAwait(false);
    }

    /// <summary>Whether a certificate is of the authority, and for the part that is played.</summary>
    public bool IsOurs(X509Certificate2? other, bool isService) => other is not null && Trust.IsIssued(other, Authorities, isService);

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate?.Dispose();
        _key.Dispose();
    }

    private async Task TakeAsync(string node, JsonObject body, CancellationToken cancel)
    {
        body["request"] = new CertificateRequest($"CN={node}", _key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var answer = await CallAsync(HttpMethod.Post, $"/v1/enrolments/{node}/certificate", body, isKnown: true, cancel).ConfigureAwait(false);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(answer["authority"]!.GetValue<string>());
        Write(Path.Combine(_folder, "authority.pem"), authorities.ExportCertificatePems());
        Write(Path.Combine(_folder, "certificate.pem"), answer["certificate"]!.GetValue<string>());
        Read();
    }

    private async Task<JsonObject> CallAsync(HttpMethod method, string path, JsonObject? body, bool isKnown, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => !isKnown || IsOurs(certificate as X509Certificate2, isService: true);
        using var http = new HttpClient(handler) { Timeout = CallLimit };
        using var request = new HttpRequestMessage(method, new Uri(Service, path));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        using var response = await http.SendAsync(request, cancel).ConfigureAwait(false);
        var text = await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
        JsonObject? answer = null;
        try
        {
            answer = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // Then it is no service of ours.
        }

        return response.IsSuccessStatusCode && answer is not null ? answer
            : (int)response.StatusCode is >= 400 and < 500 and not 429 ? throw new AgentRefusedException(answer?["detail"]?.GetValue<string>() ?? $"{Service} refuses with {(int)response.StatusCode}: check that it is the address of 'serve --agents'.")
            : throw new HttpRequestException($"{Service} answers {(int)response.StatusCode}");
    }

    private void Read()
    {
        var (authority, own) = (Path.Combine(_folder, "authority.pem"), Path.Combine(_folder, "certificate.pem"));
        if (!File.Exists(authority) || !File.Exists(own))
        {
            return;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(authority);
        using var bare = X509Certificate2.CreateFromPem(File.ReadAllText(own));
        (Authorities, Certificate) = (authorities, bare.CopyWithPrivateKey(_key));
    }

    /// <summary>Writes a file whole or not at all, for the owner only.</summary>
    private static void Write(string path, string text)
    {
        var making = $"{path}.new";
        File.Delete(making);
        using (var file = new FileStream(making, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(making, path, overwrite: true);
    }
}
