namespace Planner.Fleet;

/// <summary>Which steps each step of a plan waits for: those that gave it its slot, its share of a link, or its room. Carried out by this rule alone a plan overloads nothing, however long each step takes.</summary>
/// <remarks>It is the resource flow network of project scheduling (Artigues, Michelon, Reusser 2003): whoever ends passes on what it had. Steps are numbered in the order of their planned starts, so
/// that each waits only for earlier ones.</remarks>
internal sealed class PlanGraph
{
    private readonly Dictionary<long, PriorityQueue<(int Step, double Amount), (double End, int Step)>> _given = [];
    private readonly List<int> _first = [0];
    private readonly List<int> _before = [];
    private readonly List<int> _own = [];

    /// <summary>The number of steps.</summary>
    public int Count => _first.Count - 1;

    /// <summary>The steps that a step waits for.</summary>
    public ReadOnlySpan<int> Before(int step) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_before)[_first[step].._first[step + 1]];

    /// <summary>Says that the next step waits for an earlier one, whatever it shares with it.</summary>
    public void After(int step)
    {
        if (step >= 0 && !_own.Contains(step))
        {
            _own.Add(step);
        }
    }

    /// <summary>Takes an amount of something for the next step.</summary>
    /// <param name="key">What is taken.</param>
    /// <param name="capacity">How much there is in all when nothing has been taken yet.</param>
    /// <param name="amount">How much is taken.</param>
    /// <param name="end">When the step ends in the plan and gives it back; infinite if it keeps it.</param>
    public void Take(long key, double capacity, double amount, double end)
    {
        if (!double.IsFinite(capacity) || amount <= 0)
        {
            return;
        }

        var given = Open(key, capacity);
        var need = amount;
        while (need > amount * 1e-9 && given.TryDequeue(out var token, out var at))
        {
            After(token.Step);
            var used = Math.Min(need, token.Amount);
            need -= used;
            if (token.Amount - used > capacity * 1e-12)
            {
                given.Enqueue((token.Step, token.Amount - used), at);
            }
        }

        if (double.IsFinite(end))
        {
            given.Enqueue((Count, amount), (end, Count));
        }
    }

    /// <summary>Room that a step gives when it ends, such as the memory of a machine that has left.</summary>
    /// <param name="key">What is given.</param>
    /// <param name="capacity">How much there was of it before anything was taken or given.</param>
    /// <param name="amount">How much is given.</param>
    /// <param name="step">The step.</param>
    /// <param name="end">When it ends in the plan.</param>
    public void Give(long key, double capacity, double amount, int step, double end) => Open(key, capacity).Enqueue((step, amount), (end, step));

    /// <summary>Ends the next step.</summary>
    /// <returns>Its number.</returns>
    public int Add()
    {
        _before.AddRange(_own);
        _own.Clear();
        _first.Add(_before.Count);
        return Count - 1;
    }

    private PriorityQueue<(int Step, double Amount), (double End, int Step)> Open(long key, double capacity)
    {
        if (!_given.TryGetValue(key, out var given))
        {
            given = _given[key] = new();
            given.Enqueue((-1, capacity), (double.NegativeInfinity, -1));
        }

        return given;
    }
}
