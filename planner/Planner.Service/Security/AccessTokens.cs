using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Makes tokens and recognises them. A token is <c>planner_ID_SECRET</c>; of the secret, 256 random bits, only a hash is kept.</summary>
public static class AccessTokens
{
    private const string Prefix = "planner";
    private const int IdBytes = 6;
    private const int SecretBytes = 32;

    /// <summary>Makes a token.</summary>
    /// <param name="name">What it is for.</param>
    /// <param name="scope">What may be done with it.</param>
    /// <param name="now">The time.</param>
    /// <param name="expires">When it ends; null for never.</param>
    /// <returns>What is kept, and the token itself, which is told once.</returns>
    public static (StoredToken Kept, string Text) Make(string name, Scope scope, DateTimeOffset now, DateTimeOffset? expires)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)).Replace('_', '.');
        return (new StoredToken(id, name, Word(scope), Hash(secret), now, expires, null), $"{Prefix}_{id}_{secret}");
    }

    /// <summary>Whose token a text is.</summary>
    /// <param name="text">The text.</param>
    /// <param name="find">Finds a token by its identifier.</param>
    /// <param name="now">The time.</param>
    /// <returns>The token; null with the reason if it lets nobody in.</returns>
    public static (StoredToken? Token, string? Refusal) Recognise(string text, Func<string, StoredToken?> find, DateTimeOffset now)
    {
        // A token that is wrong in any way is told to be no more than that.
        const string Wrong = "The token is not known.";
        if (text.Split('_') is not [Prefix, { Length: IdBytes * 2 } id, { Length: > 0 and < 100 } secret] || find(id) is not { } token
            || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token.Hash), Encoding.ASCII.GetBytes(Hash(secret))))
        {
            return (null, Wrong);
        }

        return token.Revoked is not null ? (null, "The token was revoked.")
            : token.Expires <= now ? (null, "The token has expired.")
            : (token, null);
    }

    /// <summary>The word of a scope.</summary>
    public static string Word(Scope scope) => scope.ToString().ToLowerInvariant();

    /// <summary>The scope of a word.</summary>
    public static Scope Read(string word) => Enum.Parse<Scope>(word, ignoreCase: true);

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
