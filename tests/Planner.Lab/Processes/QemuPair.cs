using System.Text;

namespace Planner.Lab;

/// <summary>
/// Two machines and a link: a source with a booted guest, and a destination that waits for it. The source migrates to <see cref="LinkPath"/>, the
/// destination listens on <see cref="IncomingPath"/>. All files are in a folder of its own, which goes away with it.
/// </summary>
public sealed class QemuPair : IAsyncDisposable
{
    private const string LinkName = "link";
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(120);

    private readonly PairOptions _options;
    private readonly string _folder;
    private int _machines;
    private QemuProcess? _source;
    private QemuProcess? _destination;
    private LabGuest? _sourceGuest;
    private LabGuest? _destinationGuest;
    private TokenBucketLink? _link;

    private QemuPair(PairOptions options, string folder) => (_options, _folder) = (options, folder);

    /// <summary>The machine that migrates away.</summary>
    public QemuProcess Source => _source!;

    /// <summary>The machine that waits.</summary>
    public QemuProcess Destination => _destination!;

    /// <summary>The guest on the source.</summary>
    public LabGuest SourceGuest => _sourceGuest!;

    /// <summary>The guest on the destination; silent until it has arrived.</summary>
    public LabGuest DestinationGuest => _destinationGuest!;

    /// <summary>The link between them.</summary>
    public TokenBucketLink Link => _link!;

    /// <summary>Where the source connects to: the link.</summary>
    public string LinkPath => Path.Combine(_folder, LinkName);

    /// <summary>Where the destination has to listen, behind the link.</summary>
    public string IncomingPath { get; private set; } = "";

    /// <summary>Fetches and builds what is missing, starts both machines, and waits until the guest has booted and its load runs, which takes about 5 s.</summary>
    /// <param name="options">How the pair is set up.</param>
    /// <param name="cancel">Stops it and cleans up.</param>
    /// <exception cref="LabException">Something is missing or does not start, or the guest refuses the load.</exception>
    public static async Task<QemuPair> StartAsync(PairOptions options, CancellationToken cancel = default)
    {
        var pair = new QemuPair(options, CreateFolder());
        try
        {
            pair._source = await pair.StartMachineAsync(options.Source with { Load = "" }, destination: false, cancel).ConfigureAwait(false);
            pair._sourceGuest = new LabGuest(pair.Source.ControlPath);
            await pair.AddDestinationAsync(cancel).ConfigureAwait(false);
            await pair.SourceGuest.WaitForHeartbeatAsync(BootLimit, cancel).ConfigureAwait(false);

            // By commands and not by the kernel's command line: so a refusal is heard, and the load is there when this returns.
            foreach (var command in options.Source.Load.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                await pair.SourceGuest.CommandAsync(command.Replace('_', ' '), cancel).ConfigureAwait(false);
            }
        }
        catch
        {
            await pair.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return pair;
    }

    /// <summary>After a migration: the destination becomes the source, the old source is killed, and a new destination waits. Takes about 0.1 s.</summary>
    /// <param name="cancel">Stops it.</param>
    public async Task NewDestinationAsync(CancellationToken cancel = default)
    {
        SourceGuest.Dispose();
        Source.Dispose();
        (_source, _sourceGuest) = (_destination, _destinationGuest);
        (_destination, _destinationGuest) = (null, null);
        await AddDestinationAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>After a migration that came to nothing: the source stays, and a new destination takes the place of the old one, which can be used only once.</summary>
    /// <param name="cancel">Stops it.</param>
    public async Task ReplaceDestinationAsync(CancellationToken cancel = default)
    {
        DestinationGuest.Dispose();
        Destination.Dispose();
        (_destination, _destinationGuest) = (null, null);
        await AddDestinationAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Kills both machines, closes the link and removes the folder.</summary>
    public ValueTask DisposeAsync()
    {
        _link?.Dispose();
        _sourceGuest?.Dispose();
        _destinationGuest?.Dispose();
        _source?.Dispose();
        _destination?.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    // A socket's path is short, and the place for temporary files may be deep.
    private static string CreateFolder()
    {
        var folder = Directory.CreateTempSubdirectory("lab-").FullName;
        if (Encoding.UTF8.GetByteCount(Path.Combine(folder, "m999.observer.qmp")) <= SocketProbe.MaximumPathBytes)
        {
            return folder;
        }

        Directory.Delete(folder);
        return Directory.CreateDirectory($"/tmp/lab-{Guid.NewGuid():N}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    private async Task AddDestinationAsync(CancellationToken cancel)
    {
        _destination = await StartMachineAsync(_options.Destination ?? _options.Source, destination: true, cancel).ConfigureAwait(false);
        _destinationGuest = new LabGuest(_destination.ControlPath);
        IncomingPath = Path.ChangeExtension(_destination.QmpPath, ".in");
        var rate = _link?.Rate ?? _options.Link;
        _link?.Dispose();
        _link = new TokenBucketLink(LinkPath, IncomingPath, rate);
    }

    private Task<QemuProcess> StartMachineAsync(QemuOptions options, bool destination, CancellationToken cancel) =>
        QemuProcess.StartAsync(Path.Combine(_folder, $"m{_machines++}"), options, destination, cancel);
}
