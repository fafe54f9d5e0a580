using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Planner.Devices;

namespace Planner.Hypervisors;

/// <summary>Where the stream of a migration goes, as a person writes it: <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>. QEMU takes the same text.</summary>
/// <remarks>The path of a socket is kept absolute, since QEMU has a working directory of its own. An IPv6 address stands in brackets:
/// <c>tcp:[::1]:4444</c>.</remarks>
internal sealed record ChannelAddress
{
    /// <summary>The ways to write one, for help.</summary>
    internal const string Form = "unix:PATH|tcp:HOST:PORT";

    private const string UnixScheme = "unix:";
    private const string TcpScheme = "tcp:";

    private readonly string _text;

    private ChannelAddress(string text) => _text = text;

    /// <summary>Reads an address. Whether anything is there is not looked at.</summary>
    /// <param name="text">The text, such as <c>tcp:10.0.0.2:4444</c>.</param>
    /// <param name="address">The address, if the text is one.</param>
    /// <param name="problem">One sentence that says what is wrong, if it is not.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out ChannelAddress? address, [NotNullWhen(false)] out string? problem)
    {
        (address, problem) = text switch
        {
            _ when text.StartsWith(UnixScheme, StringComparison.Ordinal) => Unix(text),
            _ when text.StartsWith(TcpScheme, StringComparison.Ordinal) => Tcp(text),
            _ => (null, $"'{text}' is not a migration channel: write {Form.Replace("|", " or ", StringComparison.Ordinal)}."),
        };
        return address is not null;
    }

    /// <summary>The text that QEMU takes.</summary>
    public override string ToString() => _text;

    /// <summary>A socket beside another.</summary>
    internal static string Beside(string socketPath) => OfSocket($"{socketPath}.migration");

    /// <summary>The channel by way of a socket.</summary>
    internal static string OfSocket(string path) => UnixScheme + path;

    private static (ChannelAddress?, string?) Unix(string text) =>
        SocketPaths.TryParse(text[UnixScheme.Length..], text, out var path, out var problem) ? (new ChannelAddress(UnixScheme + path), null) : (null, problem);

    private static (ChannelAddress?, string?) Tcp(string text)
    {
        var target = text[TcpScheme.Length..];
        var colon = target.LastIndexOf(':');
        var host = colon > 0 ? target[..colon] : "";
        if (host.Length == 0 || host.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is ',' or '/'))
        {
            return (null, $"'{text}' names no host and port: write tcp:HOST:PORT.");
        }

        if (host.Contains(':', StringComparison.Ordinal) && !(host.StartsWith('[') && host.EndsWith(']')))
        {
            return (null, $"'{text}' has a host with colons: put an IPv6 address in brackets, as in tcp:[::1]:4444.");
        }

        return ushort.TryParse(target[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0
            ? (new ChannelAddress($"{TcpScheme}{host}:{port}"), null)
            : (null, $"'{text}' has no port from 1 to 65535: write tcp:HOST:PORT.");
    }
}
