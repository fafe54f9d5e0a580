using Planner.Agent.Wire;
using Planner.Measurements;
using Planner.Sessions;

namespace Planner.Agent;

/// <summary>The way of a migration to another host through the agent there: every socket of the destination has one here that stands for it, and so has the channel of a machine's memory.</summary>
internal sealed class WayToPeer
{
    private readonly Start _start;
    private readonly Tunnels _tunnels;
    private readonly PeerCall _call;
    private readonly List<string> _paths = [];

    /// <summary>Makes the way.</summary>
    /// <exception cref="OrderRefusedException">The destination has no socket that could be reached from afar.</exception>
    /// <exception cref="IOException">A socket cannot be made.</exception>
    public WayToPeer(Start start, Drivers drivers, Tunnels tunnels)
    {
        (_start, _tunnels) = (start, tunnels);
        _call = new PeerCall(start.Migration, MachineToken.Of(start.Token), "");
        var addresses = DevicePairs.Split(start.Destination);
        if (addresses.FirstOrDefault(a => drivers.SocketOf(a) is null) is { } local)
        {
            throw new OrderRefusedException(OrderFault.TargetLacks, $"{local} is reached by no socket, and so not from another host: its migration begins and ends on one host");
        }

        Destination = string.Join(',', addresses.Select(a => drivers.ThroughSocket(a, Open(drivers.SocketOf(a)!, a))));
        if (drivers.IsHypervisor(addresses[0]))
        {
            var channel = ChannelSocket(drivers.SocketOf(addresses[0])!);
            Listen = drivers.ChannelBy(addresses[0], channel);
            Channel = drivers.ChannelBy(addresses[0], Open(channel, channel));
        }
    }

    /// <summary>The destination's addresses, as they are reached from here.</summary>
    public string Destination { get; }

    /// <summary>Where the source's hypervisor sends to; null for devices.</summary>
    public string? Channel { get; }

    /// <summary>Where the destination's hypervisor listens, on its own host; null for devices.</summary>
    public string? Listen { get; }

    /// <summary>All sockets of a destination that a migration needs, on the destination's host.</summary>
    public static IReadOnlyList<string> SocketsOf(Drivers drivers, string destination)
    {
        var sockets = DevicePairs.Split(destination).Select(drivers.SocketOf).OfType<string>().ToList();
        return drivers.IsHypervisor(destination) ? [.. sockets, .. sockets.Select(ChannelSocket)] : sockets;
    }

    /// <summary>Asks the agent there whether the machine may still come.</summary>
    /// <returns>Why it may not, in one sentence; null if it may.</returns>
    public string? Ask() => _tunnels.Ask(_start.Peer, _start.PeerNode, _call);

    /// <summary>Closes the way.</summary>
    public void Close() => _tunnels.Close(_paths);

    // Beside the monitor, where its process may make one.
    private static string ChannelSocket(string monitor) => $"{monitor}.migration";

    private string Open(string socket, string origin)
    {
        var path = _tunnels.Open(_start.Peer, _start.PeerNode, _call with { Socket = socket }, origin);
        _paths.Add(path);
        return path;
    }
}
