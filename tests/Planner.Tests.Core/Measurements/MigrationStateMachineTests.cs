using Planner.Measurements;
using Xunit;

namespace Planner.Tests.Measurements;

/// <summary>
/// The four tables that the kernel's vfio_mig_get_next_state gives, typed in: a cell lists the states entered after the
/// start state, <c>=</c> means that nothing is to do, <c>EINVAL</c> that the transition is refused.
/// </summary>
public sealed class MigrationStateMachineTests
{
    private const MigrationCapabilities StopCopy = MigrationCapabilities.StopCopy;
    private const MigrationCapabilities P2P = MigrationCapabilities.P2P;
    private const MigrationCapabilities PreCopy = MigrationCapabilities.PreCopy;

    private const string WithStopCopy = """
               | S       | R         | SC      | RS
            S  | =       | R         | SC      | RS
            R  | S       | =         | S>SC    | S>RS
            SC | S       | S>R       | =       | S>RS
            RS | S       | S>R       | S>SC    | =
        """;

    private const string WithP2P = """
               | S       | R         | P2      | SC        | RS
            S  | =       | P2>R      | P2      | SC        | RS
            R  | P2>S    | =         | P2      | P2>S>SC   | P2>S>RS
            P2 | S       | R         | =       | S>SC      | S>RS
            SC | S       | S>P2>R    | S>P2    | =         | S>RS
            RS | S       | S>P2>R    | S>P2    | S>SC      | =
        """;

    private const string WithPreCopy = """
               | S       | R         | PC      | SC        | RS
            S  | =       | R         | R>PC    | SC        | RS
            R  | S       | =         | PC      | S>SC      | S>RS
            PC | R>S     | R         | =       | SC        | R>S>RS
            SC | S       | S>R       | EINVAL  | =         | S>RS
            RS | S       | S>R       | S>R>PC  | S>SC      | =
        """;

    private const string WithAll = """
               | S       | R         | P2      | PC        | PP       | SC        | RS
            S  | =       | P2>R      | P2      | P2>R>PC   | P2>PP    | SC        | RS
            R  | P2>S    | =         | P2      | PC        | P2>PP    | P2>S>SC   | P2>S>RS
            P2 | S       | R         | =       | R>PC      | PP       | S>SC      | S>RS
            PC | R>P2>S  | R         | R>P2    | =         | PP       | PP>SC     | R>P2>S>RS
            PP | P2>S    | P2>R      | P2      | PC        | =        | SC        | P2>S>RS
            SC | S       | S>P2>R    | S>P2    | EINVAL    | EINVAL   | =         | S>RS
            RS | S       | S>P2>R    | S>P2    | S>P2>R>PC | S>P2>PP  | S>SC      | =
        """;

    private static readonly (MigrationCapabilities Set, string Table, string Arcs)[] Tables =
    [
        (StopCopy, WithStopCopy, "R>S S>R S>SC SC>S S>RS RS>S"),
        (StopCopy | P2P, WithP2P, "R>P2 P2>R P2>S S>P2 S>SC SC>S S>RS RS>S"),
        (StopCopy | PreCopy, WithPreCopy, "R>S S>R R>PC PC>R PC>SC S>SC SC>S S>RS RS>S"),
        (StopCopy | P2P | PreCopy, WithAll, "R>P2 P2>R P2>S S>P2 R>PC PC>R PC>PP PP>PC PP>P2 P2>PP PP>SC S>SC SC>S S>RS RS>S"),
    ];

    public static TheoryData<int, string, string, string> EveryCell()
    {
        var cells = new TheoryData<int, string, string, string>();
        foreach (var (set, table, _) in Tables)
        {
            foreach (var ((from, to), cell) in Cells(table))
            {
                cells.Add((int)set, from, to, cell);
            }
        }

        return cells;
    }

    [Theory]
    [MemberData(nameof(EveryCell))]
    public void The_path_is_the_kernels(int set, string from, string to, string cell)
    {
        var found = MigrationStateMachine.TryGetPath(State(from), State(to), (MigrationCapabilities)set, out var path);

        Assert.Equal(cell, found ? Written(path) : "EINVAL");
    }

    [Theory]
    [MemberData(nameof(EveryCell))]
    public void The_next_state_is_the_first_of_the_path(int set, string from, string to, string cell)
    {
        var found = MigrationStateMachine.TryGetNext(State(from), State(to), (MigrationCapabilities)set, out var next);

        var expected = cell == "=" ? to : cell.Split('>')[0];
        Assert.Equal(expected, found ? Short(next) : "EINVAL");
    }

    [Fact]
    public void The_tables_have_a_cell_for_every_pair_of_states_of_their_set()
    {
        int[] states = [4, 5, 5, 7];
        Assert.Equal(states.Select(n => n * n), Tables.Select(t => Cells(t.Table).Count));
        Assert.Equal(MigrationCapabilitySets.All, Tables.Select(t => t.Set));
    }

    [Fact]
    public void A_driver_implements_exactly_the_arcs_of_its_set()
    {
        foreach (var (set, _, arcs) in Tables)
        {
            var single = from a in Enum.GetValues<DeviceState>()
                         from b in Enum.GetValues<DeviceState>()
                         where MigrationStateMachine.IsSingleArc(new Arc(a, b), set)
                         select $"{Short(a)}>{Short(b)}";
            Assert.Equal(arcs.Split(' ').Order(), single.Order());
        }
    }

    [Fact]
    public void A_state_that_the_capabilities_lack_is_neither_left_nor_entered()
    {
        foreach (var (set, table, _) in Tables)
        {
            var present = Cells(table).Keys.Select(k => State(k.From)).ToHashSet();
            foreach (var from in Enum.GetValues<DeviceState>())
            {
                Assert.Equal(present.Contains(from), MigrationStateMachine.Exists(from, set));
                foreach (var to in Enum.GetValues<DeviceState>().Where(to => !present.Contains(from) || !present.Contains(to)))
                {
                    Assert.False(MigrationStateMachine.TryGetPath(from, to, set, out _), $"{from}->{to} with {set}");
                    Assert.False(MigrationStateMachine.TryGetNext(from, to, set, out _), $"{from}->{to} with {set}");
                }
            }
        }
    }

    [Theory]
    [InlineData(DeviceState.PreCopy)]
    [InlineData(DeviceState.PreCopyP2P)]
    public void Going_back_from_STOP_COPY_to_pre_copy_is_refused_on_every_device(DeviceState target)
    {
        foreach (var set in MigrationCapabilitySets.All)
        {
            Assert.False(MigrationStateMachine.TryGetPath(DeviceState.StopCopy, target, set, out _));
            Assert.False(MigrationStateMachine.IsSingleArc(new Arc(DeviceState.StopCopy, target), set));
        }
    }

    [Fact]
    public void ERROR_and_numbers_outside_the_protocol_are_refused()
    {
        foreach (var set in MigrationCapabilitySets.All)
        {
            foreach (var wrong in (DeviceState[])[DeviceState.Error, (DeviceState)8, (DeviceState)(-1), (DeviceState)int.MaxValue])
            {
                Assert.False(MigrationStateMachine.TryGetPath(wrong, DeviceState.Running, set, out _));
                Assert.False(MigrationStateMachine.TryGetPath(DeviceState.Running, wrong, set, out _));
                Assert.False(MigrationStateMachine.TryGetPath(wrong, wrong, set, out _));
            }
        }
    }

    [Fact]
    public void A_device_that_cannot_migrate_has_no_states() =>
        Assert.All(Enum.GetValues<DeviceState>(), s => Assert.False(MigrationStateMachine.Exists(s, MigrationCapabilities.None)));

    private static Dictionary<(string From, string To), string> Cells(string table)
    {
        var rows = table.Split('\n').Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray()).ToArray();
        return rows[1..].SelectMany(row => row[1..].Select((cell, i) => (Key: (row[0], rows[0][i + 1]), Cell: cell)))
            .ToDictionary(c => c.Key, c => c.Cell);
    }

    private static string Written(IReadOnlyList<Arc> path) => path.Count == 0 ? "=" : string.Join('>', path.Select(a => Short(a.To)));

    private static string Short(DeviceState state) => state switch
    {
        DeviceState.Stop => "S",
        DeviceState.Running => "R",
        DeviceState.StopCopy => "SC",
        DeviceState.Resuming => "RS",
        DeviceState.RunningP2P => "P2",
        DeviceState.PreCopy => "PC",
        DeviceState.PreCopyP2P => "PP",
        _ => "E",
    };

    private static DeviceState State(string name) => Enum.GetValues<DeviceState>().Single(s => Short(s) == name);
}
