using System.Diagnostics.CodeAnalysis;

namespace Planner.Measurements;

/// <summary>What reaches a kind of devices or of hypervisors. It is registered in <see cref="Drivers"/> under its scheme, and everything that is
/// particular to the scheme is known to it alone.</summary>
public interface IDriver
{
    /// <summary>What its addresses begin with, without the colon.</summary>
    string Scheme { get; }

    /// <summary>What stands after the colon, as help writes it, such as <c>PATH</c>.</summary>
    string Form { get; }

    /// <summary>What <see cref="Form"/> may be, in a few words for messages; null where it says enough.</summary>
    string? FormMeaning => null;

    /// <summary>Reads what stands after the colon. Whether anything is there is not looked at.</summary>
    /// <param name="text">The text; neither blank nor with a NUL.</param>
    /// <param name="name">The one form in which the driver keeps it: it means the same from another directory and in a later process.</param>
    /// <param name="problem">One sentence that says what is wrong, if the text is no address.</param>
    bool TryParse(string text, [NotNullWhen(true)] out string? name, [NotNullWhen(false)] out string? problem);

    /// <summary>What a name stands for now. Nothing is opened.</summary>
    /// <param name="name">A name that <see cref="TryParse"/> gave.</param>
    /// <returns>The same for all names of one thing; null for what is a part of this process: no other name reaches it, and it ends with the process.</returns>
    TargetIdentity? Identify(string name);

    /// <summary>The Unix socket that it is reached by and that speaks for all of it, so that it may be reached from afar through another one; null where there is none.</summary>
    /// <param name="name">A name that <see cref="TryParse"/> gave.</param>
    string? SocketOf(string name) => null;
}

/// <summary>A driver of devices.</summary>
public interface IDeviceDriver : IDriver
{
    /// <summary>Opens and probes a device. Blocks.</summary>
    /// <param name="name">A name that <see cref="IDriver.TryParse"/> gave.</param>
    /// <exception cref="DeviceException">There is no device, it may not be opened, it speaks something else, or it cannot be migrated.</exception>
    IMigrationDevice Open(string name);
}

/// <summary>A driver of hypervisors.</summary>
public interface IHypervisorDriver : IDriver
{
    /// <summary>How a channel for a machine's memory is written, for help, such as <c>unix:PATH|tcp:HOST:PORT</c>.</summary>
    string ChannelForm { get; }

    /// <summary>The channel to a destination if nobody names one.</summary>
    /// <param name="name">A name that <see cref="IDriver.TryParse"/> gave.</param>
    string ChannelTo(string name);

    /// <summary>The channel by way of a Unix socket; null where there is no such channel.</summary>
    /// <param name="path">The socket's path.</param>
    string? ChannelBy(string path) => null;

    /// <summary>What is wrong with a channel, in one sentence; null if nothing is. Whether anything is there is not looked at.</summary>
    string? FindChannelProblem(string channel);

    /// <summary>Whether a manager holds the hypervisor and carries out both ends of a migration: it makes the destination, lets it run by itself, and ends the source.</summary>
    bool IsManaged => false;

    /// <summary>The name of a destination in full, for a source.</summary>
    /// <param name="source">A name that <see cref="IDriver.TryParse"/> gave.</param>
    /// <param name="destination">Another one, which may say only where the machine goes.</param>
    string DestinationOf(string source, string destination) => destination;

    /// <summary>Opens what is only looked at, with no right to change anything where there is such a right.</summary>
    /// <param name="name">A name that <see cref="IDriver.TryParse"/> gave.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HypervisorException">As with <see cref="OpenAsync(string, CancellationToken)"/>.</exception>
    Task<IHypervisor> OpenToLookAsync(string name, CancellationToken cancellationToken) => OpenAsync(name, cancellationToken);

    /// <summary>Opens a monitor and reads what is there.</summary>
    /// <param name="name">A name that <see cref="IDriver.TryParse"/> gave.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HypervisorException">There is no monitor that answers, or its machine cannot be held in pre-copy.</exception>
    Task<IHypervisor> OpenAsync(string name, CancellationToken cancellationToken);

    /// <summary>Opens one side of a migration whose memory is carried in a certain way. What it offers is as it will be then; nothing is changed before <see cref="IHypervisor.PrepareAsync"/>.</summary>
    /// <param name="name">A name that <see cref="IDriver.TryParse"/> gave.</param>
    /// <param name="transport">How the memory is carried.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HypervisorException">As with <see cref="OpenAsync(string, CancellationToken)"/>; or it cannot carry it so.</exception>
    Task<IHypervisor> OpenAsync(string name, MigrationTransport transport, CancellationToken cancellationToken) => transport == MigrationTransport.AsFound
        ? OpenAsync(name, cancellationToken)
        : throw new HypervisorException(HypervisorFault.NotSupported, $"{Scheme}:{name}: TLS and channels cannot be chosen here; set them up at the hypervisor, and leave them out.");
}
