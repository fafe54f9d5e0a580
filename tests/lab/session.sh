# What sessions of commands in the guest share; to be sourced. Shows each command as a person typed it, and checks how it ended.
failed=0
passed=0

# run STATUS COMMAND...      a command that has to end with this status
run() {
  wanted=$1
  shift
  echo "\$ $*"
  "$@"
  ended=$?
  if [ "$ended" = "$wanted" ]; then
    passed=$((passed + 1))
    echo "# exit status $ended"
  else
    failed=$((failed + 1))
    echo "# FAILED: exit status $ended, not $wanted"
  fi
  echo
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ]
}
