using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Planner.Policies;
using Planner.Sessions;

namespace Planner.Service;

/// <summary>Turns the names of a machine and of where it goes into addresses.</summary>
internal static class Destinations
{
    /// <summary>A migration as its session is asked for.</summary>
    /// <param name="Machine">The machine as it was put.</param>
    /// <param name="Node">The node that it goes to; null where addresses were given.</param>
    /// <param name="Policy">Its class.</param>
    /// <param name="Order">The order.</param>
    /// <param name="Command">The command that makes the destination; null if its address is known.</param>
    internal sealed record Resolved(MachineBody Machine, string? Node, SlaPolicy Policy, MigrationOrder Order, string? Command);

    /// <summary>Resolves names.</summary>
    /// <param name="parts">Where they stand.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="destination">A node, or addresses.</param>
    /// <param name="sla">The class; null for the one that selects the machine.</param>
    /// <param name="isShadow">Whether nothing is committed.</param>
    /// <param name="id">The migration's identifier; null for a new one.</param>
    /// <exception cref="RefusedException">A name is not known, or nobody said how the destination is made.</exception>
    public static Resolved Resolve(ServiceParts parts, string machine, string destination, string? sla, bool isShadow, string? id = null)
    {
        var body = parts.Records.Find(Kinds.Machine, machine) is { } found
            ? JsonSerializer.Deserialize(found.Body, ServiceJson.Default.MachineBody)!
            : throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"There is no machine '{machine}': register it with PUT /v1/machines/{machine}.");
        var policy = parts.Policies.Of(machine, body.LabelsOrNone, sla);
        var (node, address, command) = Address(parts, machine, body, destination);
        return new Resolved(body, node, policy, new MigrationOrder
        {
            MigrationId = id,
            Source = body.Addresses,
            Destination = address,
            Policy = policy,
            Machine = machine,
            IsShadow = isShadow,
        }, command);
    }

    /// <summary>How a node is reached; empty if that is not known.</summary>
    public static string AddressOf(ServiceParts parts, string? node) => node is not null && NodeOf(parts, node) is { Address: { } address } ? address : "";

    /// <summary>The links that a node is on: its label <c>link</c>.</summary>
    public static IReadOnlyList<string> LinksOf(ServiceParts parts, string? node) =>
        node is not null && NodeOf(parts, node) is { LabelsOrNone: var labels } && labels.TryGetValue("link", out var link) ? [link] : [];

    private static (string? Node, string Address, string? Command) Address(ServiceParts parts, string machine, MachineBody body, string destination)
    {
        if (destination.Contains(':', StringComparison.Ordinal))
        {
            return (null, destination, null);
        }

        var node = NodeOf(parts, destination)
            ?? throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"There is no node '{destination}': register it with PUT /v1/nodes/{destination}, or give addresses.");
        if (destination == body.Node)
        {
            throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"{machine} is on the node '{destination}' already: name another.");
        }

        if (body.StartDestination?.ReadyAt is { } ready && ready.TryGetValue(destination, out var address))
        {
            return (destination, address, null);
        }

        if (body.StartDestination?.Command is { } command)
        {
            return (destination, "", DestinationStarter.Find(parts, command).Name);
        }

        // A manager makes the destination by itself.
        return body.Target is { } target && parts.Drivers.IsHypervisor(target) && parts.Drivers.IsManaged(target) && node.Address is { } manager
            ? (destination, manager, null)
            : throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"Nobody said how the destination of {machine} on '{destination}' is made: put its address into startDestination.readyAt of the machine, or a command of the service into startDestination.command.");
    }

    private static NodeBody? NodeOf(ServiceParts parts, string name) =>
        parts.Records.Find(Kinds.Node, name) is { } found ? JsonSerializer.Deserialize(found.Body, ServiceJson.Default.NodeBody) : null;
}
