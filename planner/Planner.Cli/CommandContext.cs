using Planner.Documents;
using Planner.Measurements;
using Planner.Policies;
using Planner.Sessions;
using Planner.Storage;
using Spectre.Console;

namespace Planner.Cli;

/// <summary>What a verb works with: where it prints, and the values of the common options.</summary>
/// <param name="Stdout">stdout, as it is.</param>
/// <param name="Error">stderr.</param>
/// <param name="Input">stdin.</param>
/// <param name="Drivers">What devices and hypervisors can be reached.</param>
/// <param name="Format">How results are printed.</param>
/// <param name="PolicyFiles">The policy files; none for the built-in classes.</param>
/// <param name="Store">The store; null for the default.</param>
/// <param name="State">The state directory, as an absolute path; null for the default.</param>
/// <param name="Otlp">The collector; null for none.</param>
/// <param name="Verbose">Whether to print more.</param>
internal sealed record CommandContext(
    TextWriter Stdout,
    TextWriter Error,
    TextReader Input,
    Drivers Drivers,
    OutputFormat Format,
    IReadOnlyList<string> PolicyFiles,
    string? Store,
    string? State,
    Uri? Otlp,
    bool Verbose)
{
    /// <summary>The console for tables and sentences. It has colours and moves only on a real terminal.</summary>
    public IAnsiConsole Console { get; } = CreateConsole(Stdout);

    /// <summary>stdout for plain text and JSON.</summary>
    public TextWriter Output { get; } = new PlainWriter(Stdout);

    /// <summary>Whether results are JSON; then nothing else may go to stdout.</summary>
    public bool IsJson => Format == OutputFormat.Json;

    /// <summary>Whether a person watches the output move.</summary>
    public bool IsLive => !IsJson && !System.Console.IsOutputRedirected && Console.Profile.Capabilities.Interactive;

    /// <summary>Prints a sentence for people; in JSON mode it goes to stderr.</summary>
    public void Say(string sentence) => (IsJson ? Error : Output).WriteLine(sentence);

    /// <summary>Finds an SLA class in the policy file or among the built-in ones.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="stop">Ends the wait for a file that does not come.</param>
    /// <exception cref="CliException">There is no such class.</exception>
    /// <exception cref="OperationCanceledException">The command was asked to stop.</exception>
    public SlaPolicy FindPolicy(string name, CancellationToken stop)
    {
        var policies = Interruptible.Run(Policies, stop);
        return policies.FirstOrDefault(p => p.Name == name)
            ?? throw new CliException(ExitStatus.InvalidInput, $"there is no SLA class '{name}'; known are {string.Join(", ", policies.Select(p => p.Name))}");
    }

    /// <summary>The SLA classes: those of the policy files, or the built-in ones.</summary>
    /// <exception cref="CliException">Two files have a class of one name.</exception>
    public IReadOnlyList<SlaPolicy> Policies()
    {
        IReadOnlyList<SlaPolicy> policies = [.. PolicyFiles.SelectMany(file => SlaPolicyText.ReadAll(TextFiles.Read(file), file))];
        return policies.Count == 0 ? BuiltInPolicies.All
            : policies.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1) is { } twice
                ? throw new CliException(ExitStatus.InvalidInput, $"the SLA class '{twice.Key}' stands in two of the policy files: leave one of them out")
                : policies;
    }

    /// <summary>The state directory that journals are written to.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public string JournalPlace => State ?? StateDirectory.Locate();

    /// <summary>The state directories in which a migration on this host may have been journaled; one's own first.</summary>
    /// <exception cref="StoreException">There is none of one's own.</exception>
    public IReadOnlyList<string> JournalPlaces => State is { } named ? [named] : StateDirectory.Places();

    /// <summary>Refuses what another migration has.</summary>
    /// <returns>What refuses it later, too.</returns>
    /// <exception cref="OrderRefusedException">Another migration has it.</exception>
    /// <exception cref="JournalException">A journal cannot be read.</exception>
    public TargetGuard Guard(params IReadOnlyList<Target> targets) => new TargetGuard(GuardPlaces, Drivers, targets).Checked();

    /// <summary>The state directories that are looked into for other migrations: a user need not be able to look into the system's. Root can look into all of its own.</summary>
    public IReadOnlyList<string> GuardPlaces => Environment.IsPrivilegedProcess ? JournalPlaces : [JournalPlace];

    /// <summary>The store for messages, without a password.</summary>
    /// <exception cref="StoreException">The address names no store.</exception>
    public string StoreName => StoreAddress.Parse(Store).ToString();

    /// <summary>Opens the store.</summary>
    /// <param name="stop">Ends the wait for a disk or a server that does not answer.</param>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">The command was asked to stop.</exception>
    public IMeasurementStore OpenStore(CancellationToken stop) => OpenWholeStore(stop);

    /// <summary>Opens the store for those who keep more in it than measurements.</summary>
    /// <param name="stop">Ends the wait for a disk or a server that does not answer.</param>
    /// <exception cref="StoreException">It cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">The command was asked to stop.</exception>
    public SqlMeasurementStore OpenWholeStore(CancellationToken stop) => Interruptible.Run(() => SqlMeasurementStore.Open(StoreAddress.Parse(Store)), stop);

    /// <summary>What a session works with in this process.</summary>
    /// <param name="store">Where its measurements go; null to forget them.</param>
    /// <param name="stop">What asks it to give up.</param>
    public SessionServices Services(IMeasurementStore? store, StopSignal stop) => new()
    {
        AskedBy = $"{UserName()}@{Environment.MachineName}",
        Store = store,
        StateDirectory = JournalPlace,
        Drivers = Drivers,
        Hurry = stop.Hurry,
        HostIsBusy = HostPressure.IsBusy,
    };

    /// <summary>Who runs this; a question mark where there is no list of users to look in, as in a container or a rescue system.</summary>
    private static string UserName()
    {
        try
        {
            return Environment.UserName;
        }
        catch (IOException)
        {
            return "?";
        }
    }

    private static IAnsiConsole CreateConsole(TextWriter output)
    {
        if (System.Console.IsOutputRedirected)
        {
            // A log has no width of its own: whoever reads it breaks the lines.
            var log = AnsiConsole.Create(new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(new PlainWriter(output)),
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
            });
            log.Profile.Width = NarrowTables.AnyWidth;
            return log;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        console.Pipeline.Attach(new PlainHook());
        return console;
    }
}
