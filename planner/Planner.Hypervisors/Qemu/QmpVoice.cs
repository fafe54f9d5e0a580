using System.Threading.Channels;

namespace Planner.Hypervisors;

/// <summary>A QEMU over its own monitor.</summary>
internal sealed class QmpVoice(QmpConnection connection) : IQemuVoice
{
    /// <inheritdoc/>
    public ChannelReader<QmpEvent> Events => connection.Events;

    /// <inheritdoc/>
    public bool HasEnded => connection.Ended.IsCompleted;

    /// <inheritdoc/>
    public Task<QmpMigration> AskMigrationAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(QmpCommands.QueryMigrate, limit, cancellationToken);

    /// <inheritdoc/>
    public async Task<QemuEnding> AskOutcomeAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        new(await AskMigrationAsync(limit, cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public async Task<QmpRunState> AskRunStateAsync(TimeSpan limit, CancellationToken cancellationToken) =>
        (await connection.ExecuteAsync(QmpCommands.QueryStatus, limit, cancellationToken).ConfigureAwait(false)).Status;
}
