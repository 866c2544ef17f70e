/* Completion scripts, each whole, for the shell that its name says. */
#ifndef INTERLOCK_COMPLETE_H
#define INTERLOCK_COMPLETE_H

#include "cli.h"

void complete_bash(struct buf *out);
void complete_zsh(struct buf *out);
void complete_fish(struct buf *out);

#endif
