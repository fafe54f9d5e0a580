using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Planner.Service;

/// <summary>Browsers that have signed in with a token. What they hold is a random word in a cookie; the token stays with whoever typed it in.</summary>
internal sealed class BrowserSessions(TimeProvider clock)
{
    /// <summary>The cookie.</summary>
    public const string Cookie = "planner_session";

    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromHours(12);

    private const int Most = 10_000;
    private readonly ConcurrentDictionary<string, (string Token, DateTimeOffset Ends)> _sessions = new();

    /// <summary>Begins a session for a token.</summary>
    /// <returns>What the cookie holds.</returns>
    public string Begin(string tokenId)
    {
        var now = clock.GetUtcNow();
        foreach (var (old, session) in _sessions)
        {
            if (session.Ends <= now || _sessions.Count >= Most)
            {
                _sessions.TryRemove(old, out _);
            }
        }

        var word = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        _sessions[word] = (tokenId, now + Length);
        return word;
    }

    /// <summary>The token of a session; null if it is over.</summary>
    public string? Find(string word) => _sessions.TryGetValue(word, out var session) && session.Ends > clock.GetUtcNow() ? session.Token : null;

    /// <summary>Ends a session.</summary>
    public void End(string word) => _sessions.TryRemove(word, out _);
}
