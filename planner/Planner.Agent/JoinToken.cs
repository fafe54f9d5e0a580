using System.Buffers.Text;
using System.Security.Cryptography;

namespace Planner.Agent;

/// <summary>What lets a host join once: <c>planner-join.NODE.SECRET.HASH</c>, where the hash is that of the certificate of the service's authority.</summary>
/// <param name="Node">The name that the host gets.</param>
/// <param name="Secret">256 random bits.</param>
/// <param name="AuthorityHash">The SHA-256 of the authority's certificate, in hex.</param>
internal sealed record JoinToken(string Node, string Secret, string AuthorityHash)
{
    private const string Prefix = "planner-join";
    private const int SecretBytes = 32;
    private const int LongestText = 512;

    /// <summary>Makes one.</summary>
    public static JoinToken Make(string node, string authorityHash) => new(node, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)), authorityHash);

    /// <summary>Reads one; null if the text is none.</summary>
    public static JoinToken? Read(string text) =>
        text.Length <= LongestText && text.Trim().Split('.') is [Prefix, .. { Length: >= 3 } rest] && rest[^2].Length > 0 && rest[^1] is { Length: 64 } hash && hash.All(char.IsAsciiHexDigitLower)
            ? new JoinToken(string.Join('.', rest[..^2]), rest[^2], hash)
            : null;

    /// <summary>What is kept of the secret.</summary>
    public string SecretHash => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Secret)));

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}.{Node}.{Secret}.{AuthorityHash}";
}
