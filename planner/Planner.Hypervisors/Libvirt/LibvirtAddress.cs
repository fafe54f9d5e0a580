using System.Diagnostics.CodeAnalysis;

namespace Planner.Hypervisors;

/// <summary>A domain of a daemon, as a person writes it: libvirt's URI of the daemon, <c>#</c>, and the domain's name. Where a domain goes to, the name may be missing.</summary>
/// <param name="Uri">The daemon, such as <c>qemu:///system</c>.</param>
/// <param name="Domain">The domain; null if none is named.</param>
internal sealed record LibvirtAddress(string Uri, string? Domain)
{
    private const int MostCharacters = 1024;
    private const string Examples = "such as qemu:///system#vm1, qemu+tls://host/system#vm1 or qemu+unix:///system?socket=/run/libvirt/libvirt-sock#vm1";

    /// <summary>Reads an address. Whether anything is there is not looked at.</summary>
    /// <param name="text">What stands after the scheme.</param>
    /// <param name="address">The address, if the text is one.</param>
    /// <param name="problem">One sentence that says what is wrong, if it is not.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out LibvirtAddress? address, [NotNullWhen(false)] out string? problem)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        var (uri, domain) = hash < 0 ? (text, null) : (text[..hash], text[(hash + 1)..]);
        problem = FindProblem(text, uri, domain);
        address = problem is null ? new LibvirtAddress(uri, domain) : null;
        return address is not null;
    }

    /// <summary>What is wrong with the URI of a daemon, in one sentence; null if nothing is.</summary>
    public static string? FindUriProblem(string uri) => FindProblem(uri, uri, null);

    /// <inheritdoc/>
    public override string ToString() => Domain is null ? Uri : $"{Uri}#{Domain}";

    private static string? FindProblem(string text, string uri, string? domain)
    {
        if (text.Length > MostCharacters || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            return $"The address of a libvirt domain has at most {MostCharacters} characters and no spaces: write libvirt's URI of the daemon, '#' and the domain's name, {Examples}.";
        }

        if (!System.Uri.TryCreate(uri, UriKind.Absolute, out var parsed) || !(parsed.Scheme == "qemu" || parsed.Scheme.StartsWith("qemu+", StringComparison.Ordinal)))
        {
            return $"'{text}' has no URI of a libvirt daemon that runs QEMU: write it as virsh takes it, {Examples}.";
        }

        return domain is null || (domain.Length > 0 && !domain.Contains('/', StringComparison.Ordinal))
            ? null
            : $"'{text}' names no domain after '#': write the name that 'virsh -c {uri} list --all' shows.";
    }
}
