using System.Net;
using Planner.Sessions;
using Planner.Storage;

namespace Planner.Service;

/// <summary>Where the service may listen: on this host as it is, beyond it only with TLS and tokens.</summary>
internal static class ServiceAddresses
{
    /// <summary>Whether all addresses are of this host alone.</summary>
    public static bool AreLoopback(IEnumerable<string> urls) => urls.All(u => Uri.TryCreate(u, UriKind.Absolute, out var uri) && IsLoopback(uri));

    /// <summary>Reads the addresses, and refuses what would let anybody in.</summary>
    /// <exception cref="OrderRefusedException">The service must not be started like this.</exception>
    public static IReadOnlyList<(IPAddress Address, int Port, bool IsSecure)> Read(ServiceOptions options, IReadOnlyList<StoredToken> tokens, DateTimeOffset now)
    {
        var read = options.Urls.Select(Read).ToList();
        foreach (var ((_, _, isSecure), url) in read.Zip(options.Urls))
        {
            if (isSecure && options.CertificateFile is null)
            {
                throw Refused($"{url} needs a certificate: give --certificate FILE, and --key FILE if the key stands apart");
            }

            if (!isSecure && !AreLoopback([url]))
            {
                throw Refused($"{url} reaches beyond this host, and that is only done with TLS: write https, and give --certificate FILE");
            }
        }

        var needsTokens = options.RequiresTokens || !AreLoopback(options.Urls);
        return needsTokens && !tokens.Any(t => t.Revoked is null && !(t.Expires <= now))
            ? throw Refused("callers need a token, and there is none in the store: make one with 'planner token create --scope admin'")
            : read;
    }

    /// <summary>Reads the address that agents dial.</summary>
    /// <exception cref="OrderRefusedException">It is none.</exception>
    public static (IPAddress Address, int Port) ReadForAgents(string url) => Read(url) is (var address, var port, true)
        ? (address, port)
        : throw Refused($"{url} is for agents, which only come under TLS: write https; the certificate is the service's own");

    private static (IPAddress Address, int Port, bool IsSecure) Read(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            throw Refused($"'{url}' is no address to listen at: write one such as {ServiceOptions.UsualUrl}");
        }

        var address = uri.Host == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var parsed) ? parsed
            : throw Refused($"'{url}' has a name as its host: write an address of this host, such as 127.0.0.1 or 0.0.0.0");
        return (address, uri.Port, uri.Scheme == "https");
    }

    private static bool IsLoopback(Uri uri) => uri.Host == "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static OrderRefusedException Refused(string message) => new(OrderFault.InvalidInput, message);
}
