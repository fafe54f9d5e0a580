using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Planner.Agent;
using Planner.Measurements;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Which hosts have an agent: who may join, who has, and whose key is taken no more.</summary>
internal sealed class AgentBook(ServiceParts parts)
{
    private static readonly TimeSpan ChallengeLife = TimeSpan.FromMinutes(1);
    private static readonly Dictionary<string, string> NoLabels = [];
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    // Asked for at every migration, also in the middle of a change of the store. No other service changes it meanwhile.
    private readonly ConcurrentDictionary<string, bool> _joined = new();

    /// <summary>The authority; null where the service takes no agents.</summary>
    public AgentAuthority? Authority { get; private set; }

    /// <summary>Takes agents from now on.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public void Open(AgentAuthority authority)
    {
        foreach (var stored in parts.Records.List(Kinds.Agent, "", int.MaxValue).Where(r => Read(r)!.HasJoined))
        {
            _joined[stored.Name] = true;
        }

        Authority = authority;
    }

    /// <summary>Whether a host has an agent.</summary>
    public bool HasAgent(string? node) => node is not null && Authority is not null && _joined.ContainsKey(node);

    /// <summary>A host; null if it neither has an agent nor is to have one.</summary>
    public EnrolledAgent? Find(string node) => Read(parts.Records.Find(Kinds.Agent, node));

    /// <summary>Makes a token with which a host may join once.</summary>
    public JoinToken Invite(HttpContext http, string node, DateTimeOffset expires)
    {
        var token = JoinToken.Make(node, Checked().Hash);
        http.Change(parts, StatusCodes.Status201Created, node, change =>
        {
            Put(change, node, (Read(change.Find(Kinds.Agent, node)) ?? new EnrolledAgent()) with { JoinSecretHash = token.SecretHash, JoinExpires = expires });
            return true;
        });
        return token;
    }

    /// <summary>Takes a host's key no more, and no token that was made for it.</summary>
    public void Revoke(HttpContext http, string node)
    {
        http.Change(parts, StatusCodes.Status204NoContent, null, change =>
        {
            var agent = Read(change.Find(Kinds.Agent, node)) ?? throw new RefusedException(StatusCodes.Status404NotFound, $"There is no agent on '{node}', and none is to be there.");
            Put(change, node, new EnrolledAgent { RevokedKeys = agent.KeyHash is { } key ? [.. agent.RevokedKeys, key] : agent.RevokedKeys });
            change.Append(new StoredEvent(0, parts.Now, "agent.revoked", null, null, Body(node)));
            return true;
        });
        _joined.TryRemove(node, out _);
    }

    /// <summary>Certifies a host that shows its join token.</summary>
    /// <exception cref="RefusedException">It shows none that is good.</exception>
    public X509Certificate2 Join(string node, string token, string request)
    {
        var (key, hash) = KeyOf(request);
        var certified = parts.Records.Change(change =>
        {
            var agent = Read(change.Find(Kinds.Agent, node));
            if (JoinToken.Read(token) is not { } join || join.Node != node || agent?.JoinSecretHash is not { } kept
                || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(join.SecretHash), Encoding.ASCII.GetBytes(kept)))
            {
                throw new RefusedException(StatusCodes.Status403Forbidden, $"The join token is not known for '{node}', or it was used: have another one made with POST /v1/enrolments.");
            }

            if (agent.JoinExpires <= parts.Now)
            {
                throw new RefusedException(StatusCodes.Status403Forbidden, $"The join token has expired: have another one made with POST /v1/enrolments.");
            }

            if (agent.RevokedKeys.Contains(hash))
            {
                throw Revoked(node);
            }

            if (agent.KeyHash is { } other && other != hash)
            {
                throw new RefusedException(StatusCodes.Status409Conflict, $"'{node}' has joined with another key: if that host is gone, DELETE /v1/enrolments/{node} and have another token made.");
            }

            return Certify(change, node, key, agent with { KeyHash = hash, Joined = parts.Now, JoinSecretHash = null, JoinExpires = null }, "agent.joined");
        });
        _joined[node] = true;
        return certified;
    }

    /// <summary>What a host has to sign that wants another certificate.</summary>
    public string Challenge(string node)
    {
        var until = (parts.Now + ChallengeLife).UtcTicks.ToString(CultureInfo.InvariantCulture);
        return $"{until}.{Seal(node, until)}";
    }

    /// <summary>Certifies a host anew that shows that it has the key it joined with, however long it was off.</summary>
    /// <exception cref="RefusedException">It does not show it, or the key is taken no more.</exception>
    public X509Certificate2 Renew(string node, string challenge, string signature, string request)
    {
        var (key, hash) = KeyOf(request);
        if (challenge.Split('.') is not [var until, var seal] || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(seal), Encoding.ASCII.GetBytes(Seal(node, until)))
            || long.Parse(until, CultureInfo.InvariantCulture) < parts.Now.UtcTicks)
        {
            throw new RefusedException(StatusCodes.Status403Forbidden, $"The challenge is not one of this service, or it is older than a minute: GET /v1/enrolments/{node}/challenge.");
        }

        using var verifier = key.GetECDsaPublicKey();
        if (verifier is null || !verifier.VerifyData(Encoding.UTF8.GetBytes(challenge), Bytes(signature), HashAlgorithmName.SHA256))
        {
            throw new RefusedException(StatusCodes.Status403Forbidden, "The challenge is not signed with the key of the request.");
        }

        return parts.Records.Change(change =>
        {
            var agent = Read(change.Find(Kinds.Agent, node));
            return agent is null || agent.RevokedKeys.Contains(hash) ? throw Revoked(node)
                : agent.KeyHash != hash ? throw new RefusedException(StatusCodes.Status403Forbidden, $"'{node}' has not joined with this key: join with a token.")
                : Certify(change, node, key, agent, null);
        });
    }

    /// <summary>Whose certificate it is that a host shows.</summary>
    /// <returns>The host; null with the reason if it is let in no more.</returns>
    public (string? Node, string? Refusal) Admit(X509Certificate2? certificate)
    {
        if (certificate is null || Authority is null || !Trust.IsIssued(certificate, Authority.All, isService: false))
        {
            return (null, "Agents show a certificate of this service's authority: join with a token.");
        }

        var node = Trust.NameOf(certificate);
        return Find(node) is { KeyHash: { } key } && key == Trust.KeyHash(certificate) ? (node, null) : (null, $"The key of '{node}' was revoked, or the host has joined anew: join with a token.");
    }

    /// <summary>How far an epoch of a host's outbox is kept.</summary>
    public long Kept(string node, string epoch) => Mark(parts.Records.Find(Kinds.AgentMark, node)) is { } mark && mark.Epoch == epoch ? mark.Number : 0;

    /// <summary>Keeps what an entry says, and that it is kept: both, or neither. What was kept already is not kept again.</summary>
    public void Keep(string node, string epoch, long number, Action<ServiceChange>? work) => parts.Records.Change(change =>
    {
        if (Mark(change.Find(Kinds.AgentMark, node)) is { } mark && mark.Epoch == epoch && mark.Number >= number)
        {
            return;
        }

        work?.Invoke(change);
        change.Put(Kinds.AgentMark, node, JsonSerializer.Serialize(new AgentMark(epoch, number), ServiceJson.Default.AgentMark), NoLabels, parts.Now);
    });

    private AgentAuthority Checked() => Authority
        ?? throw new RefusedException(StatusCodes.Status409Conflict, "This service takes no agents: start it with --agents https://ADDRESS:PORT.");

    private X509Certificate2 Certify(ServiceChange change, string node, PublicKey key, EnrolledAgent agent, string? kind)
    {
        var certificate = Checked().Certify(node, key);
        Put(change, node, agent with { CertifiedUntil = new DateTimeOffset(certificate.NotAfter) });
        if (kind is not null)
        {
            change.Append(new StoredEvent(0, parts.Now, kind, null, null, Body(node)));
        }

        return certificate;
    }

    private void Put(ServiceChange change, string node, EnrolledAgent agent) => change.Put(Kinds.Agent, node, JsonSerializer.Serialize(agent, ServiceJson.Default.EnrolledAgent), NoLabels, parts.Now);

    private string Seal(string node, string until) => Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes($"{node}\n{until}")));

    private static (PublicKey Key, string Hash) KeyOf(string request)
    {
        try
        {
            var key = CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA256).PublicKey;
            return key.Oid.Value == "1.2.840.10045.2.1" ? (key, Trust.KeyHash(key)) : throw new CryptographicException("its key is not one of elliptic curves");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"'request' is no PKCS#10 request as PEM ({e.Message.TrimEnd('.')}).");
        }
    }

    private static byte[] Bytes(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : [];
    }

    private static EnrolledAgent? Read(StoredResource? stored) => stored is null ? null : JsonSerializer.Deserialize(stored.Body, ServiceJson.Default.EnrolledAgent);

    private static AgentMark? Mark(StoredResource? stored) => stored is null ? null : JsonSerializer.Deserialize(stored.Body, ServiceJson.Default.AgentMark);

    private static string Body(string node) => new System.Text.Json.Nodes.JsonObject { ["node"] = node }.ToJsonString();

    private static RefusedException Revoked(string node) => new(StatusCodes.Status403Forbidden, $"The key of '{node}' was revoked: empty the agent's folder and join with a new token.");
}
